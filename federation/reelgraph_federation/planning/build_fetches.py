"""Turn the drafts into fetches: order them, name them, write their operations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import MappingProxyType

from reelgraph_federation.budget import Budget
from reelgraph_federation.field_sets import FieldSet
from reelgraph_federation.operations.conditions import either
from reelgraph_federation.operations.tree import NormalizedOperation
from reelgraph_federation.planning.defer_blocks import DeferBlocks
from reelgraph_federation.planning.drafts import (
    ContextInput,
    FetchDraft,
    GroupDraft,
    Input,
    SelectionDraft,
)
from reelgraph_federation.planning.print_operation import SelectionPrinter, minify, variables_in
from reelgraph_federation.planning.query_plan import (
    ContextValue,
    EntityGroup,
    Fetch,
    Representation,
    RepresentationField,
    ResponsePath,
    Written,
)
from reelgraph_federation.planning.written import Writers


def build_fetches(
    operation: NormalizedOperation,
    sections: Sequence[Sequence[FetchDraft]],
    blocks: DeferBlocks,
    budget: Budget,
) -> tuple[Fetch, ...]:
    """Return the fetches in topological order, with ids and waves; sections are done in series."""
    rank_of = {block: number for number, block in enumerate(blocks.ordered)}
    section_of = {draft: number for number, one in enumerate(sections) for draft in one}
    depends = {draft: _dependencies(draft) for draft in section_of}
    waves = _waves(sections, depends)
    ordered = sorted(
        section_of,
        key=lambda one: (rank_of[one.defer], section_of[one], waves[one], one.number),
    )
    ids = {draft: index for index, draft in enumerate(ordered)}
    after = _order_sections(sections, ids)
    writers = Writers(ordered)
    builder = _Builder(operation, writers, budget)
    return tuple(
        builder.build(
            draft,
            ids[draft],
            tuple(sorted(ids[one] for one in depends[draft])),
            after.get(draft, ()),
            waves[draft],
        )
        for draft in ordered
    )


def _dependencies(draft: FetchDraft) -> set[FetchDraft]:
    found = {fetched.opened.fetch for group in draft.groups for fetched in group.fetched_fields}
    found = {one.joined or one for one in (*found, *draft.waits_for)}
    found.discard(draft)
    return found


def _waves(
    sections: Sequence[Sequence[FetchDraft]], depends: dict[FetchDraft, set[FetchDraft]]
) -> dict[FetchDraft, int]:
    waves: dict[FetchDraft, int] = {}
    offset = 0
    for section in sections:
        for draft in sorted(section, key=lambda one: one.wave):
            above = [waves[one] + 1 for one in depends[draft]]
            waves[draft] = max(above, default=offset)
        awaited = (waves[draft] + 1 for draft in section if not draft.defer)
        offset = max(awaited, default=offset)
    return waves


def _order_sections(
    sections: Sequence[Sequence[FetchDraft]], ids: dict[FetchDraft, int]
) -> dict[FetchDraft, tuple[int, ...]]:
    """Return for the root of each section but the first all fetches of the section before it."""
    after: dict[FetchDraft, tuple[int, ...]] = {}
    for before, section in pairwise(sections):
        awaited = tuple(sorted(ids[one] for one in before if not one.defer))
        after.update(
            (draft, awaited) for draft in section if draft.root is not None and draft.wave == 0
        )
    return after


@dataclass(slots=True)
class _Builder:
    operation: NormalizedOperation
    writers: Writers
    budget: Budget
    printer: SelectionPrinter = field(init=False)
    """Prints the fetch being built."""

    def build(
        self,
        draft: FetchDraft,
        number: int,
        depends_on: tuple[int, ...],
        after: tuple[int, ...],
        wave: int,
    ) -> Fetch:
        self.printer = SelectionPrinter(self.budget)
        groups = self._groups(draft)
        name = self._name(draft, number)
        selections = [group.selection for group in draft.groups]
        written: tuple[Written, ...] = ()
        at: ResponsePath | None = None
        if draft.root is not None:
            selections.append(draft.root)
            path: tuple[str, ...] = ()
            if draft.root_position is not None:
                at = draft.root_position.response_path()
                path = tuple(step.key for step in at.steps)
            written = self.writers.written(draft.root, path)
        used = set[str]().union(*(variables_in(one) for one in selections))
        variables = tuple(one for one in self.operation.variables if one in used)
        return Fetch(
            id=number,
            subgraph=draft.subgraph,
            kind=draft.kind,
            operation=self._text(draft, name, groups, variables),
            operation_name=name,
            variables=variables,
            depends_on=depends_on,
            after=after,
            condition=draft.condition,
            written=written,
            groups=groups,
            wave=wave,
            path=at,
            defer=draft.defer,
        )

    def _name(self, draft: FetchDraft, number: int) -> str | None:
        if self.operation.name is None:
            return None
        subgraph = "".join(one if one.isalnum() else "_" for one in draft.subgraph)
        return f"{self.operation.name}__{subgraph}__{number}"

    def _groups(self, draft: FetchDraft) -> tuple[EntityGroup, ...]:
        """Build the entity groups; equal ones become one with several paths."""
        found: dict[EntityGroup, tuple[EntityGroup, GroupDraft]] = {}
        for draft_group in draft.groups:
            group = self._group(draft_group, "c")
            alike = replace(group, paths=(), condition=())
            known, first = found.get(alike, (None, draft_group))
            if known is not None:
                paths = (*known.paths, *group.paths)
                condition = either(known.condition, group.condition)
                group = replace(known, paths=paths, condition=condition)
            found[alike] = group, first
        if len(found) == 1:
            name = free_name("representations", self.operation.variables)
            return tuple(replace(group, variable=name) for group, _ in found.values())
        has_contexts = any(group.contexts for group, _ in found.values())
        if has_contexts:
            # What was printed has variables of other names.
            self.printer = SelectionPrinter(self.budget)
        return tuple(
            self._apart(group, first if has_contexts else None, index)
            for index, (group, first) in enumerate(found.values())
        )

    def _apart(self, group: EntityGroup, draft: GroupDraft | None, index: int) -> EntityGroup:
        """Name a group that is one of several of its fetch; from a draft also its variables."""
        own = group if draft is None else self._group(draft, f"c{index}_")
        variable = free_name(f"r{index}", self.operation.variables)
        return replace(
            own,
            paths=group.paths,
            condition=group.condition,
            alias=f"_e{index}",
            variable=variable,
        )

    def _group(self, draft: GroupDraft, prefix: str) -> EntityGroup:
        for index, context in enumerate(draft.contexts):
            context.variable = free_name(f"{prefix}{index}", self.operation.variables)
        at = draft.position.response_path()
        path = tuple(step.key for step in at.steps)
        typename_key = None
        if draft.representation is None:
            typename_key = next(
                key
                for ident, key in draft.position.outside.names.items()
                if ident.name == "__typename"
            )
        return EntityGroup(
            alias="_entities",
            variable="representations",
            type_name=draft.node.type_name,
            paths=(at,),
            representation=Representation(
                draft.representation,
                typename_key,
                _inputs(_keys_first(draft.inputs), draft.needed_by),
            ),
            selection=self.printer.print(draft.selection),
            written=self.writers.written(draft.selection, path),
            condition=draft.condition,
            contexts=tuple(_context(one, draft.selection) for one in draft.contexts),
        )

    def _text(
        self,
        draft: FetchDraft,
        name: str | None,
        groups: tuple[EntityGroup, ...],
        variables: tuple[str, ...],
    ) -> str:
        definitions = [f"${group.variable}: [_Any!]!" for group in groups]
        definitions += [
            f"${one.variable}: {one.type.text}" for group in groups for one in group.contexts
        ]
        for one in variables:
            variable = self.operation.variables[one]
            default = "" if variable.default is None else f" = {variable.default}"
            definitions.append(f"${one}: {variable.type}{default}")
        head = draft.kind + (f" {name}" if name else "")
        if definitions:
            head += f"({', '.join(definitions)})"
        if draft.root is not None:
            body = self.printer.print(draft.root)
        else:
            body = " ".join(map(_entities, groups))
        if head == "query":
            head = ""
        return minify(f"{head} {{ {body} }} {self.printer.fragments}")


def _entities(group: EntityGroup) -> str:
    alias = "" if group.alias == "_entities" else f"{group.alias}: "
    return (
        f"{alias}_entities(representations: ${group.variable})"
        f" {{ ... on {group.type_name} {{ {group.selection} }} }}"
    )


def _keys_first(inputs: list[Input]) -> list[Input]:
    return sorted(inputs, key=lambda one: not one.is_key)


def _inputs(
    inputs: Iterable[Input], needed_by: Mapping[FieldSet, set[str]] = MappingProxyType({})
) -> tuple[RepresentationField, ...]:
    return tuple(
        RepresentationField(
            name=one.name,
            key=one.key,
            is_key=one.is_key,
            children=None if one.children is None else _inputs(one.children, needed_by),
            types=one.types,
            typename_key=one.typename_key,
            needed_by=tuple(sorted({key for fs in one.asked_by for key in needed_by.get(fs, ())})),
            may_be_null=one.is_key and one.may_be_null,
        )
        for one in inputs
    )


def _context(one: ContextInput, selection: SelectionDraft) -> ContextValue:
    steps = len(one.setter.response_path().steps)
    taking = sorted(_taking(one, selection, ()))
    return ContextValue(
        variable=one.variable,
        type=one.argument.type,
        steps=steps,
        path=_inputs(one.inputs),
        needed_by=tuple(path[0] for path in taking if len(path) == 1),
        needed_below=tuple(path for path in taking if len(path) > 1),
    )


def _taking(
    one: ContextInput, selection: SelectionDraft, above: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    """Yield the keys that lead to each field that takes a value."""
    for key, item in selection.items.items():
        if any(context is one for _, context in item.contexts):
            yield (*above, key)
        if item.selection is not None:
            yield from _taking(one, item.selection, (*above, key))


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name for a variable of ours that none of the client's has."""
    while name in taken:
        name = f"_{name}"
    return name
