"""Write what composing gave."""

from collections.abc import Sequence
from pathlib import Path

import click

from reelgraph_federation.problems import Problem

from ..domain.json_form import problem_to_dict
from .exits import InputError
from .output import annotations_of_problems, render_annotations, to_json
from .output.text import problems_text


def write_composition(
    sdl: str,
    errors: Sequence[Problem],
    hints: Sequence[Problem],
    output: Path | None,
    output_format: str,
) -> None:
    """Write the supergraph, or the errors, in one of the formats."""
    if output_format == "json":
        document = {
            "ok": not errors,
            "sdl": sdl or None,
            "errors": [problem_to_dict(error) for error in errors],
            "hints": [problem_to_dict(hint) for hint in hints],
        }
        write_text(to_json(document), output)
    elif output_format == "text":
        _write_text(sdl, errors, hints, output)
    elif text := render_annotations(annotations_of_problems(errors, hints), output_format):
        write_text(text, output)


def write_text(text: str, output: Path | None) -> None:
    """Write a text to a file, or to standard output."""
    if output is None:
        click.echo(text.rstrip("\n"))
        return
    try:
        output.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"Cannot write {output}: {error.strerror}.") from None


def _write_text(
    sdl: str, errors: Sequence[Problem], hints: Sequence[Problem], output: Path | None
) -> None:
    if errors:
        click.echo(f"The subgraphs do not compose.\n\n{problems_text([*errors, *hints])}")
        return
    if hints:
        click.echo(problems_text(hints), err=True)
    write_text(sdl, output)
