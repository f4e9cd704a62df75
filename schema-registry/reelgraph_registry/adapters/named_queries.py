"""SQL from files: each query has a name and a line that says what it is for."""

import re
from functools import cache
from importlib.resources import files

from sqlalchemy import String, TextClause, bindparam, text

_HEAD = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
# Bound as lists, expanded by SQLAlchemy into one placeholder a value.
_LISTS = ("coordinates", "excluded")


@cache
def query(name: str) -> TextClause:
    """Return a query of queries/*.sql by its name; raises KeyError for an unknown one."""
    clause = text(_texts()[name])
    lists = [parameter for parameter in _LISTS if f"IN :{parameter}" in clause.text]
    return clause.bindparams(
        *(bindparam(parameter, expanding=True, type_=String) for parameter in lists)
    )


@cache
def _texts() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in files(__package__).joinpath("queries").iterdir():
        if not file.name.endswith(".sql"):
            continue
        parts = _HEAD.split(file.read_text(encoding="utf-8"))
        for name, sql in zip(parts[1::2], parts[2::2], strict=True):
            assert name not in found, f"two queries are named {name}"
            found[name] = sql.strip().removesuffix(";")
    return found
