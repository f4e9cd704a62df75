"""Read a list of subgraphs from a YAML file: name, url and schema of each."""

from dataclasses import dataclass
from pathlib import Path

from .exits import InputError
from .sources import SdlSource, read_source

_KEYS = {"name", "url", "schema"}


@dataclass(frozen=True, slots=True)
class GivenSubgraph:
    """A subgraph as the command line was given it."""

    name: str
    url: str
    source: SdlSource


def read_subgraphs(path: Path, names: tuple[str, ...] = ()) -> list[GivenSubgraph]:
    """Read the subgraphs of a file, or those named; schemas are relative to the file.

    The file is a list of `{name, url, schema}`, or has it under `subgraphs`. Raises InputError
    that names the entry.
    """
    entries = _entries(path)
    found = [_subgraph(path, number, entry) for number, entry in enumerate(entries, 1)]
    chosen = [entry for entry in found if not names or entry[0] in names]
    missing = sorted(set(names) - {name for name, _, _ in chosen})
    if missing:
        raise InputError(f"{path} has no subgraph {', '.join(missing)}.")
    return [
        GivenSubgraph(name, url, read_source(schema, path.parent)) for name, url, schema in chosen
    ]


def _entries(path: Path) -> list[object]:
    import yaml

    try:
        content: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"Cannot read {path}: {error}.") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path} is no YAML: {error}") from None
    if isinstance(content, dict):
        content = content.get("subgraphs")
    if not isinstance(content, list) or not content:
        raise InputError(f"{path} must be a list of subgraphs, each with name, url and schema.")
    return content


def _subgraph(path: Path, number: int, entry: object) -> tuple[str, str, str]:
    where = f"{path}, subgraph {number}"
    if not isinstance(entry, dict):
        raise InputError(f"{where}: write name, url and schema.")
    unknown = sorted(str(key) for key in entry if key not in _KEYS)
    if unknown:
        raise InputError(f"{where}: {', '.join(unknown)} is not known; use name, url and schema.")
    name, url, schema = entry.get("name"), entry.get("url") or "", entry.get("schema")
    if not isinstance(name, str) or not isinstance(schema, str) or not isinstance(url, str):
        raise InputError(f"{where}: name and schema are needed, and all are texts.")
    return name, url, schema
