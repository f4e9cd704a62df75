"""Write the operation of a fetch as GraphQL text: minified to send, spaced to read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reelgraph_federation.budget import Budget
from reelgraph_federation.operations.conditions import variables_of
from reelgraph_federation.planning.drafts import Item, SelectionDraft
from reelgraph_federation.planning.query_plan import ALWAYS, Condition, Literal

_SPACES = re.compile(r'("(?:[^"\\]|\\.)*")|\s*([:{}()$@])\s*|,?\s+')

_MOST_REPEATED = 40
"""Characters of a selection that is printed again and again rather than made a fragment."""

_CHARACTERS_OF_A_PART = 20


class SelectionPrinter:
    """Prints the selections of one operation.

    Where a selection stands under several type conditions, what is long in it is printed once, as a
    named fragment: conditions nested in each other would multiply it.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._fragments: dict[tuple[str, str], str] = {}

    @property
    def fragments(self) -> str:
        """The definitions of all named fragments that were used."""
        return " ".join(
            f"fragment {name} on {type_name} {{ {text} }}"
            for (type_name, text), name in self._fragments.items()
        )

    def print(self, draft: SelectionDraft) -> str:
        """Return a selection set without its outer braces, on one line with single blanks."""
        parts = [text for item in draft.ordered() for text in self._item(item)]
        for condition, texts in self._by_condition(draft).items():
            parts.append(f"... on {condition} {{ {' '.join(texts)} }}")
        return " ".join(parts) or "__typename"

    def _by_condition(self, draft: SelectionDraft) -> dict[str, dict[str, None]]:
        """Return what is selected for some object types only, by the type condition to print."""
        found: dict[str, dict[str, None]] = {}
        for types, below in draft.casts.items():
            for item in below.ordered():
                conditions = item.on or types
                texts = list(self._item(item, repeated=len(conditions) > 1))
                for one in conditions:
                    self._spend(one + "".join(texts))
                    found.setdefault(one, {}).update(dict.fromkeys(texts))
        return found

    def _item(self, item: Item, *, repeated: bool = False) -> Iterator[str]:
        head = _head(item)
        repeated = repeated or len(item.condition) > 1
        below = ""
        if item.selection is not None:
            text = self.print(item.selection)
            if repeated and len(text) > _MOST_REPEATED:
                text = f"...{self._fragment(item.selection.type_name, text)}"
            below = f" {{ {text} }}"
        if item.condition == ALWAYS:
            self._spend(head)
            yield head + below
            return
        for conjunction in item.condition:
            text = _conditional(head, below, conjunction)
            self._spend(text)
            yield text

    def _spend(self, text: str) -> None:
        self._budget.spend(1 + len(text) // _CHARACTERS_OF_A_PART)

    def _fragment(self, type_name: str, text: str) -> str:
        key = (type_name, text)
        name = self._fragments.get(key)
        if name is None:
            name = self._fragments[key] = f"f{len(self._fragments)}"
        return name


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


def _head(item: Item) -> str:
    """Print a field without its conditions and its selection."""
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
    return text


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
