"""`reelgraph explain`: say what a code means and what to do."""

import difflib

import click

from .exits import InputError
from .options import format_option


@click.command()
@click.argument("code")
@format_option
def explain(code: str, output_format: str) -> None:
    """Explain the CODE of a composition error, a hint or a schema change."""
    from reelgraph_federation.problems import PROBLEM_KINDS
    from reelgraph_federation.schema_changes.meanings import CHANGE_MEANINGS

    from .output.as_json import to_json

    name = code.upper()
    if kind := PROBLEM_KINDS.get(name):
        document = {
            "code": name,
            "severity": kind.severity.value,
            "since": kind.since,
            "meaning": kind.meaning,
            "remedy": kind.remedy,
        }
    elif meaning := CHANGE_MEANINGS.get(name):
        document = {"code": name, "severity": "CHANGE", "meaning": meaning.meaning}
        document |= {"remedy": meaning.remedy}
    else:
        raise InputError(_unknown(code, [*PROBLEM_KINDS, *CHANGE_MEANINGS]))
    if output_format == "json":
        click.echo(to_json(document))
        return
    click.echo(f"{name} ({document['severity'].lower()})\n")
    click.echo(f"{document['meaning']}\n\n{document['remedy']}")


def _unknown(code: str, known: list[str]) -> str:
    near = difflib.get_close_matches(code.upper(), known, n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"{code} is not a code of reelgraph.{hint}"
