"""What is known, before any data arrives, about each position of the merged tree.

A *position* is a path of keys from the root, whatever lists lie between. For each position the
compiler asks: which fetch writes it, which fields come with the object itself (*local* keys) and
which are added later by entity groups (*joined* keys), and may objects that stand in many places be
treated as one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from reelgraph_federation.planning.query_plan import (
    ALWAYS,
    EntityGroup,
    Fetch,
    QueryPlan,
    ResponsePath,
    Step,
    Written,
)

KeyPath = tuple[str, ...]


@dataclass(slots=True, eq=False)
class Node:
    """A place that groups use, or where the ways to several such places part.

    `steps` lead here from `parent`. The objects found here are collected once per request when
    `cached`; otherwise at every use. `identity` names the local keys that tell two objects
    apart: objects that agree in all of them are made one. `None`: every object is on its own.
    """

    index: int
    path: KeyPath
    parent: Node | None
    steps: tuple[Step, ...]
    cached: bool = False
    identity: tuple[str, ...] | None = None


@dataclass(slots=True)
class Entry:
    """One `Written` at an absolute position. `joined`: written by a group standing just above."""

    fetch: int
    written: Written
    joined: bool


@dataclass(slots=True)
class Positions:
    """All that the generators ask about."""

    nodes: dict[ResponsePath, Node] = field(default_factory=dict)
    ordered: list[Node] = field(default_factory=list)
    entries: dict[KeyPath, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    below: dict[KeyPath, set[str]] = field(default_factory=lambda: defaultdict(set))
    identities: dict[KeyPath, tuple[str, ...]] = field(default_factory=dict)
    entity_positions: set[KeyPath] = field(default_factory=set)
    spread: set[KeyPath] = field(default_factory=set)
    """Positions written by a group that has several places: what stands there is shared by them."""
    added: set[tuple[ResponsePath, str]] = field(default_factory=set)
    """Keys that some group adds to every object at a place."""

    def is_joined(self, position: KeyPath, key: str) -> bool:
        """Whether `key` is added to the object at `position` by an entity group."""
        return any(entry.joined for entry in self.entries.get((*position, key), ()))

    def is_local(self, position: KeyPath, key: str) -> bool:
        """Whether `key` comes with the object at `position`, in all its runtime types."""
        entries = self.entries.get((*position, key), ())
        return any(not e.joined and e.written.types is None for e in entries)

    def local_entries(self, position: KeyPath) -> list[tuple[str, Entry]]:
        """The keys that come with the object at `position`."""
        found = []
        for key in sorted(self.below.get(position, ())):
            found += [(key, e) for e in self.entries[(*position, key)] if not e.joined]
        return found

    def has_shared(self, position: KeyPath) -> bool:
        """Whether more than one fetch writes at this position or above it."""
        prefixes = (position[:length] for length in range(1, len(position) + 1))
        return any(e.written.shared for prefix in prefixes for e in self.entries.get(prefix, ()))


def key_path(place: ResponsePath | tuple[Step, ...]) -> KeyPath:
    """The keys of a place."""
    steps = place.steps if isinstance(place, ResponsePath) else place
    return tuple(step.key for step in steps)


def analyse_positions(plan: QueryPlan) -> Positions:
    """Find out what the generators need to know about `plan`."""
    positions = Positions()
    for fetch in plan.fetches:
        _record_writes(positions, fetch)
    _make_nodes(positions, plan)
    _decide_caching(positions, plan)
    _decide_identities(positions, plan)
    return positions


def _record_writes(positions: Positions, fetch: Fetch) -> None:
    base = key_path(fetch.path) if fetch.path is not None else ()
    for written in fetch.written:
        _record(positions, base, written, fetch.id, joined=fetch.path is not None)
    for group in fetch.groups:
        for place in group.paths:
            positions.entity_positions.add(key_path(place))
            for written in group.written:
                _record(positions, key_path(place), written, fetch.id, joined=True)
                if group.condition == ALWAYS == fetch.condition and written.types is None:
                    positions.added.add((place, written.key))
                if len(group.paths) > 1:
                    positions.spread.add((*key_path(place), written.key))


def _record(
    positions: Positions, base: KeyPath, written: Written, fetch: int, *, joined: bool
) -> None:
    path = (*base, written.key)
    positions.entries[path].append(Entry(fetch, written, joined))
    positions.below[base].add(written.key)
    for child in written.children or ():
        _record(positions, path, child, fetch, joined=False)


def _make_nodes(positions: Positions, plan: QueryPlan) -> None:
    """Make a node for the root, for each place in use, and for each parting of ways."""
    places = {place.steps for fetch in plan.fetches for place in _places_of(fetch)}
    prefixes: dict[tuple[Step, ...], set[Step]] = defaultdict(set)
    for steps in places:
        for length, step in enumerate(steps):
            prefixes[steps[:length]].add(step)
    wanted = places | {steps for steps, following in prefixes.items() if len(following) > 1} | {()}
    by_steps: dict[tuple[Step, ...], Node] = {}
    for steps in sorted(wanted, key=lambda s: (len(s), key_path(s), repr(s))):
        above = next((n for n in range(len(steps) - 1, -1, -1) if steps[:n] in by_steps), 0)
        parent = by_steps.get(steps[:above]) if steps else None
        node = Node(len(positions.ordered), key_path(steps), parent, steps[above:])
        by_steps[steps] = node
        positions.ordered.append(node)
        positions.nodes[ResponsePath(steps)] = node


def _places_of(fetch: Fetch) -> list[ResponsePath]:
    found = [place for group in fetch.groups for place in group.paths]
    return [*found, fetch.path] if fetch.path is not None else found


def _decide_caching(positions: Positions, plan: QueryPlan) -> None:
    """Collect once where every user of the place waits for every fetch that writes the way there."""
    done_before = _ancestors(plan)
    users: dict[int, list[int]] = defaultdict(list)
    for fetch in plan.fetches:
        for place in _places_of(fetch):
            node: Node | None = positions.nodes[place]
            while node is not None:
                users[node.index].append(fetch.id)
                node = node.parent
    for node in positions.ordered:
        prefixes = [node.path[:length] for length in range(1, len(node.path) + 1)]
        writers = {e.fetch for prefix in prefixes for e in positions.entries.get(prefix, ())}
        complete = all(writers <= done_before[user] for user in users[node.index])
        node.cached = complete and not positions.has_shared(node.path)


def _ancestors(plan: QueryPlan) -> list[set[int]]:
    """For each fetch, all fetches that are done when it starts."""
    found: list[set[int]] = []
    for fetch in plan.fetches:
        before: set[int] = set()
        for other in (*fetch.depends_on, *fetch.after):
            before |= {other} | found[other]
        found.append(before)
    return found


def _decide_identities(positions: Positions, plan: QueryPlan) -> None:
    """Objects with equal local leaves are one where nothing else could tell them apart."""
    by_path: dict[KeyPath, list[Node]] = defaultdict(list)
    for node in positions.ordered:
        by_path[node.path].append(node)
    contextual = {
        key_path(place) for f in plan.fetches for g in f.groups if g.contexts for place in g.paths
    } | {key_path(f.path) for f in plan.fetches if f.path is not None}
    for path in positions.entity_positions:
        local = positions.local_entries(path)
        leaves = all(entry.written.children is None for _, entry in local)
        cached = all(node.cached for node in by_path[path])
        if path and local and leaves and cached and path not in contextual:
            positions.identities[path] = tuple(sorted({key for key, _ in local}))
    for node in positions.ordered:
        node.identity = positions.identities.get(node.path)


def is_one_to_one(positions: Positions, group: EntityGroup) -> bool:
    """Whether different objects at the group's place always give different representations."""
    if len(group.paths) != 1:
        return False
    identity = positions.nodes[group.paths[0]].identity
    if identity is None:
        return False
    fields = group.representation.fields
    if any(f.children is not None or f.types is not None for f in fields):
        return False
    sent = {f.key for f in fields}
    if group.representation.typename_key is not None:
        sent.add(group.representation.typename_key)
    elif group.representation.typename is not None:
        sent.add("__typename")
    return set(identity) <= sent
