"""Write the operation of a fetch as GraphQL text: minified to send, spaced to read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reelgraph_federation.operations.conditions import variables_of
from reelgraph_federation.planning.drafts import Item, SelectionDraft
from reelgraph_federation.planning.query_plan import ALWAYS, Condition, Literal

_SPACES = re.compile(r'("(?:[^"\\]|\\.)*")|\s*([:{}()$@])\s*|,?\s+')


def print_selection(draft: SelectionDraft) -> str:
    """Return a selection set without its outer braces, on one line with single blanks."""
    parts = [text for item in draft.ordered() for text in _print_item(item)]
    for type_name, below in draft.casts.items():
        if not is_empty(below):
            parts.append(f"... on {type_name} {{ {print_selection(below)} }}")
    return " ".join(parts) or "__typename"


def is_empty(draft: SelectionDraft) -> bool:
    """Tell whether nothing is selected."""
    return not draft.items and all(is_empty(below) for below in draft.casts.values())


def minify(text: str) -> str:
    """Return GraphQL text without needless blanks; strings stay as they are."""
    return _SPACES.sub(lambda match: match[1] or match[2] or " ", text).strip()


def variables_in(draft: SelectionDraft) -> set[str]:
    """Return the names of all variables that a selection uses."""
    found: set[str] = set()
    for item in draft.items.values():
        found.update(item.arguments.variables, item.directive_variables)
        found |= variables_of(item.condition)
        if item.selection is not None:
            found |= variables_in(item.selection)
    for below in draft.casts.values():
        found |= variables_in(below)
    return found


def _print_item(item: Item) -> Iterator[str]:
    text = item.name if item.key == item.name else f"{item.key}: {item.name}"
    arguments = ", ".join(
        part
        for part in (
            item.arguments.text,
            *(f"{name}: ${one.variable}" for name, one in item.contexts),
        )
        if part
    )
    if arguments:
        text += f"({arguments})"
    for directive in item.directives:
        text += f" {directive}"
    below = "" if item.selection is None else f" {{ {print_selection(item.selection)} }}"
    if item.condition == ALWAYS:
        yield text + below
        return
    for conjunction in item.condition:
        yield _conditional(text, below, conjunction)


def _conditional(text: str, below: str, conjunction: tuple[Literal, ...]) -> str:
    """Put one literal of each kind on the field, the others on fragments around it."""
    own: dict[bool, Literal] = {}
    around: list[Literal] = []
    for literal in conjunction:
        if literal.negated in own:
            around.append(literal)
        else:
            own[literal.negated] = literal
    result = text + "".join(_directive(one) for one in own.values()) + below
    for literal in around:
        result = f"...{_directive(literal)} {{ {result} }}"
    return result


def _directive(literal: Literal) -> str:
    return f" @{'skip' if literal.negated else 'include'}(if: ${literal.variable})"


def print_condition(condition: Condition) -> str:
    """Return a condition for people: `$a and not $b or $c`."""
    return " or ".join(
        " and ".join(f"{'not ' if one.negated else ''}${one.variable}" for one in conjunction)
        for conjunction in condition
    )
