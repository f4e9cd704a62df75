"""Say why a query cannot be answered: the query, and for each subgraph the reason."""

from __future__ import annotations

from ...supergraph.model import Field
from ...type_refs import named
from ..state import MergeState
from .ability import Taken, TypeAbility
from .contexts import Contexts
from .place import Place
from .reach import ROOTS, Reach, bits


def report_unsatisfiable(
    state: MergeState, reach: Reach, place: Place, field: str, mask: int
) -> None:
    """Report the field that cannot be reached from a place, with an example query."""
    lines = [
        f'the query "{_query(state, place, field)}" cannot be answered:',
        *_reasons(state, reach, place, field, mask),
    ]
    coordinate = f"{place.type_name}.{field}"
    where = [
        (index, type_def.fields[field].at)
        for index, type_def in state.by_type[place.type_name]
        if field in type_def.fields
    ]
    state.report("SATISFIABILITY_ERROR", "\n".join(lines), coordinate, where)


def report_untold_type(state: MergeState, place: Place, ability: TypeAbility, mask: int) -> None:
    """Report that nobody can tell the type of what is found as an interface object only."""
    name = ability.interface_objects[bits(mask)[0]]
    lines = [
        f'the query "{_query(state, place, "__typename")}" cannot be answered:',
        f'- {state.subgraph_list(bits(mask))} has "{name}" as @interfaceObject, '
        "which does not tell the type",
        f'- no subgraph with the interface "{name}" can be entered from there by a @key of it',
    ]
    where = [(index, each.at) for index, each in state.by_type[name] if mask >> index & 1]
    state.report("SATISFIABILITY_ERROR", "\n".join(lines), name, where)


def report_mutation_in_parts(state: MergeState, field: Field, owners: list[int]) -> None:
    """Report a mutation field whose answer would take more than one subgraph's execution of it."""
    coordinate = f"Mutation.{field.name}"
    message = (
        f'"{coordinate}" is asked of one of {state.subgraph_list(owners)} only, so that it happens '
        f'once, and none of them leads to all fields of "{field.type.name}"'
    )
    where = [
        (index, type_def.fields[field.name].at)
        for index, type_def in state.by_type["Mutation"]
        if index in owners
    ]
    state.report("SATISFIABILITY_ERROR", message, coordinate, where)


def _query(state: MergeState, place: Place, field: str) -> str:
    way = place.path()
    text = f"{field}{_leaf(state, place, field)}"
    for step in reversed(way[1:]):
        inner = f"... on {step.on} {{ {text} }}" if step.on else text
        text = f"{step.field} {{ {inner} }}"
    word = way[0].field
    return f"{{ {text} }}" if word == "query" else f"{word} {{ {text} }}"


def _leaf(state: MergeState, place: Place, field: str) -> str:
    """Return `` { ... }`` where the field needs a selection."""
    for index, type_def in state.by_type[place.type_name]:
        if field in type_def.fields:
            inner = state.subgraphs[index].types.get(named(type_def.fields[field].type))
            return " { ... }" if inner and inner.kind in ("OBJECT", "INTERFACE", "UNION") else ""
    return ""


def _reasons(state: MergeState, reach: Reach, place: Place, field: str, mask: int) -> list[str]:
    ability = reach.abilities.of(place.type_name)
    owners = 0
    for alternative in ability.fields[field].owners:
        owners |= alternative
    lines: list[str] = []
    for index in bits(mask):
        name, where = state.name(index), f'"{place.type_name}.{field}"'
        missing = (ability.fields[field].contexts or {}).get(index, frozenset()) - place.contexts
        if owners >> index & 1 and missing:
            lines += _reasons_of_contexts(
                state, reach, place, f'subgraph "{name}" has {where}', missing
            )
        elif owners >> index & 1:
            lines.append(f'- subgraph "{name}" has {where}{_lack(reach, place, field, index)}')
        elif index in ability.crowded and ability.fields[field].defined >> index & 1:
            lines.append(
                f'- subgraph "{name}" has {where} by an @interfaceObject without a resolvable @key, '
                f'which "{place.type_name}" cannot be sent to'
            )
        elif ability.fields[field].defined >> index & 1:
            lines.append(f'- subgraph "{name}" has {where} as @external or overridden only')
        else:
            lines.append(f'- subgraph "{name}" does not have {where}')
    for index in bits(owners & ~mask):
        lines.append(f"- {_why_not(state, reach, place, mask, index)}")
    return lines


def _lack(reach: Reach, place: Place, field: str, index: int) -> str:
    """Say what keeps a subgraph that has a field, and was reached, from answering it."""
    ability = reach.abilities.of(place.type_name)
    have = ability.fields[field]
    needed = (have.requires or {}).get(index)
    if needed is None and index not in (have.contexts or {}):
        return " for some values only of the label of its @override"
    if needed and not reach.selects(place.type_name, 1 << index, needed, place.views):
        return ", and what its @requires cannot be fetched"
    what = "the value of its context" if needed is None else "what it requires"
    if place.type_name in ROOTS:
        return f", and a root type has no @key by which to send {what}: resolve it without"
    name = ability.interface_objects.get(index, place.type_name)
    return (
        f", and there is no way back there with {what}: "
        f'give "{name}" there a resolvable @key whose fields can be fetched'
    )


def _reasons_of_contexts(
    state: MergeState, reach: Reach, place: Place, has: str, missing: Taken
) -> list[str]:
    """Say of each context that nothing sets it above, or that its setter lacks what is taken."""
    contexts = Contexts(reach.abilities, reach)
    lines: list[str] = []
    for context, selection in sorted(missing):
        above = place.path()[:-1]
        setter = next((p for p in reversed(above) if context in contexts.set_by(p.type_name)), None)
        name = context.partition("__")[2]
        if setter is None:
            lines.append(f'- {has}, and no type above sets its context "{name}"')
        else:
            lines.append(
                f'- {has}, and "{selection}" of its context "{name}" cannot be fetched at'
                f' "{setter.type_name}", which sets it'
            )
    return lines


def _why_not(state: MergeState, reach: Reach, place: Place, mask: int, target: int) -> str:
    ability = reach.abilities.of(place.type_name)
    start = state.subgraph_list(bits(mask))
    keys = [key for key in ability.keys if key.into == target]
    if not keys:
        return (
            f'{start} cannot move to subgraph "{state.name(target)}", which has the field: '
            f'"{place.type_name}" has no resolvable @key there'
        )
    texts = " or ".join(dict.fromkeys(f'@key(fields: "{key.text}")' for key in keys))
    return (
        f'{start} cannot move to subgraph "{state.name(target)}" by {texts} of "{keys[0].owner}": '
        "the key's fields cannot be fetched"
    )
