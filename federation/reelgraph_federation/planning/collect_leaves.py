"""Walk the normalised operation and list what must be fetched: each leaf at its position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reelgraph_federation.budget import FIELD
from reelgraph_federation.operations.defer_usages import DeferSet
from reelgraph_federation.operations.tree import SelectedField, Selections
from reelgraph_federation.planning.alike_types import AlikeTypes
from reelgraph_federation.planning.bounds import NEVER_REACHED
from reelgraph_federation.planning.contexts import contexts_taken
from reelgraph_federation.planning.drafts import Leaf
from reelgraph_federation.planning.errors import NoPathError
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.positions import TYPENAME, Position
from reelgraph_federation.planning.reach_below import ReachBelow
from reelgraph_federation.planning.waves import Waves
from reelgraph_federation.query_graph import TypeNode
from reelgraph_federation.supergraph.model import UnionType


@dataclass(slots=True)
class Task:
    """A leaf, the first wave in which it can be had, and whether more than one subgraph has it."""

    position: Position
    leaf: Leaf
    wave: int
    subgraph: str
    """The first subgraph that has it."""
    has_choice: bool


class LeafCollector:
    """Makes the tree of positions for an operation, with a task for each leaf."""

    def __init__(self, reach: Reach, below: ReachBelow, alike: AlikeTypes) -> None:
        self._reach = reach
        self._types = reach.graph.types
        self._below = below
        self._alike = alike
        self.tasks: list[Task] = []
        self.objects: list[Position] = []
        """Every position of the client's, parents first."""

    def collect(self, position: Position, selections: Selections) -> None:
        """Add the leaves of an object, at whatever depth."""
        self.objects.append(position)
        if not self._types.is_abstract(position.type_name):
            for field in selections.for_type(position.type_name):
                self._add(position, field)
            return
        for field in selections.fields.values():
            if field.name == "__typename" or (
                not self._takes_by_type(position, field)
                and not self._enters_by_type(position, field)
                and not self._is_by_type(position, field)
            ):
                self._add(position, field)
            else:
                self._ask_by_type(position, field)
        possible = self._types.possible_set(position.type_name)
        self._add_cases(
            position,
            {
                case: fields.values()
                for case, fields in selections.cases.items()
                if case in possible
            },
        )
        if self._tells_types_apart(position, selections):
            position.tells_types = True
            self._add_leaf(position, Leaf("__typename", "__typename", defer=position.defer))

    def of_block(self, block: DeferSet) -> tuple[list[Task], list[Position]]:
        """Return the leaves and the objects that a block of `@defer` delivers."""
        tasks = [task for task in self.tasks if task.leaf.defer == block]
        return tasks, [position for position in self.objects if position.defer == block]

    def _add_cases(self, position: Position, asked: Mapping[str, Iterable[SelectedField]]) -> None:
        """Add fields of object types; types that can be neither returned here nor shown are left out.

        Where not all subgraphs that may be asked for the objects can return a type, what only a
        fragment selects of it is left out (see `Waves.can_be`); what is selected of all objects is
        asked where one of those subgraphs is.
        """
        nodes = self._reach.closed(position)
        sure: dict[str, list[SelectedField]] = {}
        doubtful: dict[str, list[SelectedField]] = {}
        for case, fields in asked.items():
            if self._is_there(position, case):
                if nodes.can_be(case):
                    sure[case] = list(fields)
                else:
                    doubtful[case] = [one for one in fields if not one.by_fragment]
        position.shown.update(sure, doubtful)
        for there in (sure, doubtful):
            for field, types in self._alike.join(position, there):
                fragment = position.within(*types)
                fragment.doubts = position.doubts + (there is doubtful)
                if fragment.is_joint:
                    fragment.on = self._types.meaning(fragment.types, position.type_name)
                for case in types:
                    position.asked_at[case, field.response_name] = fragment
                self._add(fragment, field)

    def _is_there(self, position: Position, case: str) -> bool:
        if self._reach.graph.supergraph.types[case].applied.inaccessible:
            return False
        if not self._reach.closed(position).may_be(case):
            return False
        direct = self._reach.direct(position)
        return bool(self._reach.narrow(direct, case) or self._reach.direct(position.within(case)))

    def _ask_by_type(self, position: Position, field: SelectedField) -> None:
        """Ask a field type by type; of some types it may be that no subgraph has it."""
        position.asked_by_type.add(field.response_name)
        nodes = self._reach.closed(position)
        bounds = dict(self._below.by_type(nodes, position.type_name, field))
        reached = [case for case, bound in bounds.items() if bound.wave < NEVER_REACHED]
        if bounds and not reached:
            raise NoPathError(f"{position.type_name}.{field.name}", position.path())
        for case in bounds.keys() - set(reached):
            position.shown.add(case)
            position.unreached.add((case, field.response_name))
        self._add_cases(position, {case: (field,) for case in reached})

    def _takes_by_type(self, position: Position, field: SelectedField) -> bool:
        """Tell whether something below takes from a context that only some types here set."""
        if field.children is None or not self._reach.graph.context_selections:
            return False
        taken = contexts_taken(self._reach.graph, field.children)
        contexts_of = self._types.contexts_of
        for_all = contexts_of(position.type_name)
        return any(
            taken & (contexts_of(case) - for_all)
            for case in self._types.possible(position.type_name)
        )

    def _enters_by_type(self, position: Position, field: SelectedField) -> bool:
        """Tell whether objects must be entered again for a field, and only their types have keys."""
        if field.defer == position.defer:
            return False
        entity_moves = self._reach.graph.entity_moves
        possible = self._types.possible(position.type_name)
        return not entity_moves(position.type_name) and any(entity_moves(name) for name in possible)

    def _is_by_type(self, position: Position, field: SelectedField) -> bool:
        """Tell whether a field of an abstract type is better asked of each type of object."""
        nodes = self._reach.closed(position)
        return self._below.is_by_type(nodes, position.type_name, field)

    def _tells_types_apart(self, position: Position, selections: Selections) -> bool:
        """Tell whether the response depends on the runtime type."""
        if selections.cases or position.asked_by_type:
            return True
        types = self._reach.graph.supergraph.types
        return any(
            types[name].applied.inaccessible for name in self._types.possible(position.type_name)
        ) or self._is_narrowed(position, selections)

    def _is_narrowed(self, position: Position, selections: Selections) -> bool:
        """Tell whether a field's type differs between the possible types (completion needs it)."""
        types = self._types
        for field in (*selections.fields.values(), *selections.left_out.values()):
            refs = {
                one.fields[field.name].type
                for name in types.possible(position.type_name)
                if not isinstance(one := types.composite(name), UnionType)
                and field.name in one.fields
            }
            if len(refs) > 1:
                return True
        return False

    def _add(self, position: Position, field: SelectedField) -> None:
        if field.introspection:
            return
        if field.name == "__typename":
            if self._types.is_abstract(position.outside.type_name):
                position.outside.tells_types = True
                leaf = Leaf("__typename", field.response_name, defer=position.defer)
                self._add_leaf(position.outside, leaf)
        elif field.children is None:
            self._add_leaf(position, leaf_for(field, self._is_mutation_root(position)))
        else:
            child = child_position(self._reach, position, field)
            if position.parent is not None and self._is_mutation_root(position):
                child.only_from = self._run_once(position, field)
            self.collect(child, field.children)

    def _run_once(self, position: Position, field: SelectedField) -> TypeNode | None:
        """Return the node that a mutation's field below the root is asked of: only one, and once."""
        nodes = self._reach.closed(position)
        bounds = [
            (self._below.of_field(Waves({node: wave}), position.type_name, field), node.index, node)
            for node, wave in nodes.items()
            if self._reach.plain_edge(node, field.name)
        ]
        return min(bounds, default=(None, 0, None))[2]

    def _is_mutation_root(self, position: Position) -> bool:
        return self._reach.graph.kind_below(position.type_name) == "mutation"

    def _add_leaf(self, position: Position, leaf: Leaf) -> None:
        ident = Ident(leaf.name, leaf.arguments.text, leaf.tag)
        if ident == TYPENAME and ident in position.names:
            return
        self._reach.budget.spend(FIELD)
        allocate(self._reach, position, ident, leaf.preferred)
        nodes: Waves = self._reach.direct(position)
        wave = self._wave(nodes, position, leaf.name)
        if wave >= NEVER_REACHED:
            nodes = self._reach.closed(position)
            wave = self._wave(nodes, position, leaf.name)
        if wave >= NEVER_REACHED:
            raise NoPathError(f"{position.type_name}.{leaf.name}", position.path())
        candidates = dict.fromkeys(node.subgraph for node in nodes if leaf.name in node.fields)
        first = next(iter(candidates), "")
        self.tasks.append(Task(position, leaf, wave, first, len(candidates) > 1))

    def _wave(self, nodes: Waves, position: Position, name: str) -> int:
        return self._reach.field_wave(nodes, position.type_name, name)


def leaf_for(field: SelectedField, keep_apart: bool) -> Leaf:
    """Return a client's leaf field."""
    return Leaf(
        name=field.name,
        preferred=field.response_name,
        arguments=field.arguments,
        tag=field.tag if keep_apart else "",
        directives=field.directives,
        directive_variables=field.directive_variables,
        condition=field.condition,
        order=field.order,
        defer=field.defer,
    )


def allocate(reach: Reach, position: Position, ident: Ident, preferred: str) -> str:
    """Return the internal key of a field at a position, choosing one the first time."""
    key = position.names.get(ident)
    if key is None:
        parent, signatures = reach.declared(position, ident.name)
        key = position.keys.allocate(ident, parent, preferred, signatures)
        position.names[ident] = key
    return key


def child_position(reach: Reach, position: Position, field: SelectedField) -> Position:
    """Return the position that a client's field leads to."""
    reach.budget.spend(FIELD)
    ident = Ident(field.name, field.arguments.text, field.tag)
    key = allocate(reach, position, ident, field.response_name)
    ref = reach.field_ref(position.type_name, field.name)
    child = Position(
        ref.name,
        position.keys.below(key),
        position,
        name=field.name,
        ident=ident,
        arguments=field.arguments,
        source=field,
        key=key,
        list_depth=ref.list_depth,
        relative=field.condition,
        doubts=position.doubts,
        defer=field.defer,
    )
    position.children[ident] = child
    return child
