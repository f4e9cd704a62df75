"""The requests of a fetch with contextual arguments: one for each distinct set of their values."""

from __future__ import annotations

from dataclasses import dataclass

from reelgraph_router.execution.interpreter.contexts import ContextSet
from reelgraph_router.execution.interpreter.leave_out import WHOLE, Parts
from reelgraph_router.execution.program import FetchProgram, GroupProgram, Targets
from reelgraph_router.execution.tree_state import JsonObject, TreeState
from reelgraph_router.json_text import write_json


@dataclass(slots=True)
class ContextualRequest:
    """One request of a contextual fetch: the values of its variables, and what they ask for."""

    parts: list[bytes]
    sent: list[tuple[GroupProgram, Targets, bool]]
    left_out: Parts


def make_requests(run: TreeState, fetch: FetchProgram) -> list[ContextualRequest]:
    """The requests that a contextual fetch needs, each with other values for some group.

    The first also carries the groups without contextual arguments.
    """
    split = [group.contextual.split(run) if group.contextual else [] for group in fetch.groups]
    plain = [None if group.contextual else group.represent(run) for group in fetch.groups]
    count = max([len(sets) for sets in split] + [int(any(p and p[0] for p in plain))])
    return [_make_request(fetch, split, plain, number) for number in range(count)]


def _make_request(
    fetch: FetchProgram,
    split: list[list[ContextSet]],
    plain: list[tuple[list[JsonObject], Targets, bool] | None],
    number: int,
) -> ContextualRequest:
    made = ContextualRequest([], [], WHOLE)
    groups: set[str] = set()
    missing: set[str] = set()
    for group, sets, own in zip(fetch.groups, split, plain, strict=True):
        representations: list[JsonObject] = []
        targets: Targets = []
        one_to_one = False
        if own is not None and number == 0:
            representations, targets, one_to_one = own
        elif number < len(sets):
            one = sets[number]
            representations, targets = one.representations, one.targets
            missing |= one.missing
            made.parts += [write_json(n) + b":" + write_json(v) for n, v in one.values.items()]
        if not representations:
            groups.add(group.alias)
            continue
        made.parts.append(group.variable + write_json(representations))
        made.sent.append((group, targets, one_to_one))
    made.left_out = frozenset(groups), frozenset(missing)
    return made
