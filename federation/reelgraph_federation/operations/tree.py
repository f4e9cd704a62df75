"""The normalised operation: one tree of merged fields, conditions and object types made plain."""

from __future__ import annotations

from dataclasses import dataclass, field

from reelgraph_federation.operations.conditions import ALWAYS, Condition
from reelgraph_federation.operations.defer_usages import DeferSet, DeferUsage
from reelgraph_federation.supergraph.type_refs import TypeRef


@dataclass(frozen=True, slots=True)
class Arguments:
    """A field's arguments: sorted by name, values as GraphQL text, with the variables used."""

    text: str = ""
    """As between the parentheses: `first: 5, after: $cursor`."""
    variables: tuple[str, ...] = ()


NO_ARGUMENTS = Arguments()


@dataclass(slots=True)
class SelectedField:
    """A field of the response, all its occurrences merged."""

    response_name: str
    name: str
    arguments: Arguments
    parent: str
    """The type that the field was looked up on."""
    type: TypeRef
    order: int
    """Its place among the fields of its object, by first occurrence."""
    condition: Condition = ALWAYS
    """When it is there, given that its object is."""
    directives: tuple[str, ...] = ()
    """Custom executable directives, as text."""
    directive_variables: tuple[str, ...] = ()
    children: Selections | None = None
    defer: DeferSet = ()
    """The uses of `@defer` that deliver it, when it is not part of the first answer."""
    places: tuple[tuple[int, Condition], ...] = ()
    """Where the first of its occurrences that is not excluded may stand, instead of `order`; empty
    where that is always the first one."""
    turn: int = 0
    """Of a mutation's root field that runs at one of several places: which of them this is."""
    introspection: str = ""
    """Of `__schema` and `__type`: the alias in `NormalizedOperation.introspection`."""
    by_fragment: bool = False
    """Whether only fragments with a type condition select it: no other object has it."""

    @property
    def tag(self) -> str:
        """What tells it from other fields of its object: the response name, and the turn."""
        return f"{self.response_name} {self.turn}" if self.turn else self.response_name


@dataclass(slots=True)
class Selections:
    """What is selected of an object, by `SelectedField.tag`.

    `fields` are selected whatever the object's type; `cases` those for one object type only. No
    response name is in both. `left_out` and `left_out_cases` are fields likewise that the caller may
    not have: they are not fetched, and null in the response.
    """

    type_name: str
    fields: dict[str, SelectedField] = field(default_factory=dict)
    cases: dict[str, dict[str, SelectedField]] = field(default_factory=dict)
    left_out: dict[str, SelectedField] = field(default_factory=dict)
    left_out_cases: dict[str, dict[str, SelectedField]] = field(default_factory=dict)

    def for_type(self, name: str) -> list[SelectedField]:
        """Return the fields of an object of one type, in the order of the response."""
        own = self.cases.get(name)
        if not own:
            return list(self.fields.values())
        return sorted((*self.fields.values(), *own.values()), key=lambda one: one.order)

    def left_out_for(self, name: str) -> list[SelectedField]:
        """Return the fields of an object of one type that the response answers with null."""
        return [*self.left_out.values(), *self.left_out_cases.get(name, {}).values()]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the operation: its type and default as GraphQL text."""

    name: str
    type: str
    default: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class NormalizedOperation:
    """An operation ready to plan."""

    kind: str
    name: str | None
    selections: Selections
    variables: dict[str, Variable]
    fingerprint: str
    """Equal for operations that plan equally: cache plans by it and the supergraph's version."""
    introspection: str | None = None
    """An operation with all `__schema` and `__type` fields, wherever they stand, and nothing else."""
    introspection_variables: tuple[str, ...] = ()
    defers: tuple[DeferUsage, ...] = ()
    """The uses of `@defer` that are in force; `defers[i].number == i`."""
