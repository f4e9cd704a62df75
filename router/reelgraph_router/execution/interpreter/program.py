"""A program whose every step is the interpreter's: the reference for the faster ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reelgraph_federation.planning.query_plan import EntityGroup, ResponsePath, Step
from reelgraph_router.execution.interpreter.collect import collect_objects
from reelgraph_router.execution.interpreter.complete import holds
from reelgraph_router.execution.interpreter.represent import build_representation, regroup
from reelgraph_router.execution.program import FetchProgram, Program, Targets
from reelgraph_router.execution.tree_state import JsonObject, TreeState


def interpreted(program: Program) -> Program:
    """The same program without generated code."""
    return replace(
        program,
        fetches=tuple(_interpreted_fetch(program, fetch) for fetch in program.fetches),
        evaluate=None
        if program.evaluate is None
        else lambda variables: tuple(holds(one, variables) for one in program.conditions),
        shape_function=None,
        source="",
        fast_path=None,
        fast_paths=None,
    )


@dataclass(frozen=True, slots=True)
class _Collect:
    """Finds the objects on a response path, each of them once."""

    steps: Sequence[Step]

    def __call__(self, run: TreeState) -> list[JsonObject]:
        found = collect_objects((run.root,), self.steps)
        return list({id(one): one for one in found}.values())


@dataclass(frozen=True, slots=True)
class _Represent:
    """Makes the representations of a group."""

    group: EntityGroup
    truth: int | None

    def __call__(self, run: TreeState) -> tuple[list[JsonObject], Targets, bool]:
        if self.truth is not None and not run.truths[self.truth]:
            return [], [], True
        wanted = self.group.representation
        made, targets = [], []
        for path in self.group.paths:
            for entity in _Collect(path.steps)(run):
                one = build_representation(
                    run, entity, wanted.typename, wanted.typename_key, wanted.fields, self.group.written
                )  # fmt: skip
                if one is not None:
                    made.append(one)
                    targets.append(entity)
        return regroup(made, targets)


def _interpreted_fetch(program: Program, fetch: FetchProgram) -> FetchProgram:
    planned = program.plan.fetches[fetch.id]
    truths = {condition: number for number, condition in enumerate(program.conditions)}
    groups = tuple(
        replace(made, represent=_Represent(group, truths.get(group.condition)))
        for made, group in zip(fetch.groups, planned.groups, strict=True)
    )
    path: ResponsePath | None = planned.path
    return replace(fetch, groups=groups, place=None if path is None else _Collect(path.steps))
