"""What went wrong while answers were gathered, and at which value.

A fault is kept at the object or list (*container*) that holds the value concerned, not at a path: the
container may stand in many places of the response, and each of them gets its own entry in `errors`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reelgraph_router.errors import GraphQLFault

Key = str | int | None
Rest = tuple[str | int, ...]


@dataclass(slots=True)
class LocatedFault:
    """A fault at a container's key, `rest` leading further down to where nothing stands any more."""

    fault: GraphQLFault
    rest: Rest = ()
    reported: bool = False
    blocks: bool = False
    """Whether the value is null whatever was answered, since something it needs is missing."""
    fetch: int = -1
    """The fetch that it came of, where the answer is delivered in parts."""
    is_cause: bool = False
    """Whether fields that need the value are blocked with this fault, and tell of it."""


@dataclass(slots=True)
class Faults:
    """All faults of a run. The key `None` stands for the container itself."""

    by_container: dict[int, dict[Key, list[LocatedFault]]] = field(default_factory=dict)
    loose: list[LocatedFault] = field(default_factory=list)
    located: list[LocatedFault] = field(default_factory=list)
    fetch: int = -1
    """The fetch that faults come of from now on."""
    _containers: list[object] = field(default_factory=list)  # keeps ids from being used again

    def tell(self, fault: GraphQLFault) -> None:
        """Keep a fault that concerns no place of the response."""
        self.loose.append(LocatedFault(fault, fetch=self.fetch))

    def put(self, container: object, key: Key, fault: GraphQLFault, rest: Rest = ()) -> None:
        """Keep a fault at a container's key."""
        self._containers.append(container)
        entry = LocatedFault(fault, rest, fetch=self.fetch)
        self.located.append(entry)
        self.by_container.setdefault(id(container), {}).setdefault(key, []).append(entry)

    def block(self, container: object, key: str, fault: GraphQLFault) -> None:
        """Make the value at a container's key null, for `fault` where nothing else explains it."""
        self._containers.append(container)
        entry = LocatedFault(fault, blocks=True, fetch=self.fetch)
        self.by_container.setdefault(id(container), {}).setdefault(key, []).append(entry)

    def put_along(self, container: object, path: Rest, fault: GraphQLFault) -> None:
        """Keep a fault as far along `path` as there are values, the rest of the path with it."""
        for index, key in enumerate(path):
            below = _child(container, key)
            if below is None:
                self.put(container, key, fault, path[index + 1 :])
                return
            if index + 1 < len(path):
                container = below
        if path:
            self.put(container, path[-1], fault)
        else:
            self.put(container, None, fault)

    def silence(self, value: object) -> None:
        """Tell no fault of a value, or below it: the client may not know that it is there."""
        waiting, seen = [value], set[int]()
        while waiting:
            one = waiting.pop()
            if not isinstance(one, dict | list) or id(one) in seen:
                continue
            seen.add(id(one))
            for entries in (self.at(one) or {}).values():
                for entry in entries:
                    entry.reported = True
            waiting += one.values() if isinstance(one, dict) else one

    def at(self, container: object) -> dict[Key, list[LocatedFault]] | None:
        """The faults at a container, by key."""
        return self.by_container.get(id(container))


def _child(container: object, key: str | int) -> object:
    """The object or list below, None for leaves and whatever is not there."""
    below: object = None
    if isinstance(container, dict):
        below = container.get(key)
    elif isinstance(container, list) and isinstance(key, int) and 0 <= key < len(container):
        below = container[key]
    return below if isinstance(below, dict | list) else None
