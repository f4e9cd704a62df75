"""Contract variants: the same supergraph, with less of it shown, chosen by tags.

A contract never removes anything, so that routers can still use it for keys and requirements: it
makes elements ``@inaccessible``. What is left must be a schema by the inaccessible specification.

- An excluded tag hides the element that carries it, whatever is included.
- Included tags, if any are given, decide over objects, interfaces and their fields: a field is shown
  if it or its type carries one. A type without a shown field is hidden. A union is shown if it carries
  one, or if one of its members is shown. Scalars, enums, input objects, arguments and values are
  shown unless excluded.
- Types that no operation can reach any more are hidden, unless asked otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..composition.rules.inaccessible import check_inaccessible
from ..composition.state import MergeState
from ..problems import Problem, make_problem
from .distinct_applied import distinct_applied
from .model import (
    AppliedDirectives,
    EnumType,
    Field,
    InputObjectType,
    InputValue,
    InterfaceType,
    NamedType,
    ObjectType,
    UnionType,
)
from .reachable import reachable_types
from .supergraph import Supergraph


@dataclass(frozen=True, slots=True)
class ContractFilter:
    """Which tags a contract includes (none named: everything) and excludes."""

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ContractResult:
    """The filtered supergraph, or the reasons why the filter leaves no valid schema."""

    supergraph: Supergraph | None
    errors: tuple[Problem, ...]


def make_contract(
    supergraph: Supergraph,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    *,
    hide_unreachable: bool = True,
) -> ContractResult:
    """Return the variant of a supergraph that shows what its tags let through."""
    chosen = ContractFilter(frozenset(include), frozenset(exclude))
    types = {name: _filter_type(type_def, chosen) for name, type_def in supergraph.types.items()}
    types = {name: _hide_if_empty(type_def, types) for name, type_def in types.items()}
    if hide_unreachable:
        kept = reachable_types(types, _roots(supergraph))
        types = {name: t if name in kept else _hide(t) for name, t in types.items()}
    errors = _errors(types, supergraph.query_type)
    if errors:
        return ContractResult(None, errors)
    return ContractResult(
        Supergraph(
            supergraph.subgraphs,
            types,
            supergraph.query_type,
            supergraph.mutation_type,
            supergraph.subscription_type,
            supergraph.directives,
            supergraph.links,
            supergraph.description,
            supergraph.applied,
        ),
        (),
    )


def _roots(supergraph: Supergraph) -> Iterator[str]:
    """Yield the types that operations start from: root types, and arguments of directives."""
    yield from supergraph.root_types().values()
    for directive in supergraph.directives.values():
        yield from (argument.type.name for argument in directive.arguments.values())


def _errors(types: dict[str, NamedType], query_type: str) -> tuple[Problem, ...]:
    root = types.get(query_type)
    if not isinstance(root, ObjectType) or root.applied.inaccessible:
        message = "the contract hides every query field: nothing could be asked for"
        return (make_problem("QUERY_ROOT_MISSING", message, query_type),)
    state = MergeState([])
    applied = {one for type_def in types.values() for one in distinct_applied(type_def)}
    check_inaccessible(state, types, applied)
    return tuple(problem for problem in state.problems if problem.is_error)


def _filter_type(type_def: NamedType, chosen: ContractFilter) -> NamedType:
    if chosen.exclude.intersection(type_def.applied.tags):
        return _hide(type_def)
    if isinstance(type_def, ObjectType | InterfaceType):
        whole = not chosen.include or bool(chosen.include.intersection(type_def.applied.tags))
        fields = {name: _filter_field(f, chosen, whole) for name, f in type_def.fields.items()}
        return replace(type_def, fields=fields)
    if isinstance(type_def, InputObjectType):
        inputs = {name: _filter_input(value, chosen) for name, value in type_def.fields.items()}
        return replace(type_def, fields=inputs)
    if isinstance(type_def, EnumType):
        values = {
            name: replace(value, applied=_hidden(value.applied))
            if chosen.exclude.intersection(value.applied.tags)
            else value
            for name, value in type_def.values.items()
        }
        return replace(type_def, values=values)
    return type_def


def _filter_field(field: Field, chosen: ContractFilter, whole: bool) -> Field:
    tags = field.applied.tags
    if chosen.exclude.intersection(tags) or not (whole or chosen.include.intersection(tags)):
        return replace(field, applied=_hidden(field.applied))
    if not field.arguments:
        return field
    arguments = {name: _filter_input(value, chosen) for name, value in field.arguments.items()}
    return replace(field, arguments=arguments)


def _filter_input(value: InputValue, chosen: ContractFilter) -> InputValue:
    if chosen.exclude.intersection(value.applied.tags):
        return replace(value, applied=_hidden(value.applied))
    return value


def _hide_if_empty(type_def: NamedType, types: dict[str, NamedType]) -> NamedType:
    if isinstance(type_def, ObjectType | InterfaceType | InputObjectType):
        shown = any(not field.applied.inaccessible for field in type_def.fields.values())
    elif isinstance(type_def, EnumType):
        shown = any(not value.applied.inaccessible for value in type_def.values.values())
    elif isinstance(type_def, UnionType):
        shown = any(_is_shown(types.get(member)) for member in type_def.members)
    else:
        shown = True
    return type_def if shown else _hide(type_def)


def _is_shown(type_def: NamedType | None) -> bool:
    return (
        isinstance(type_def, ObjectType)
        and not type_def.applied.inaccessible
        and any(not field.applied.inaccessible for field in type_def.fields.values())
    )


def _hide(type_def: NamedType) -> NamedType:
    return replace(type_def, applied=_hidden(type_def.applied))


def _hidden(applied: AppliedDirectives) -> AppliedDirectives:
    return applied if applied.inaccessible else replace(applied, inaccessible=True)
