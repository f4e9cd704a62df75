"""How answers in parts are written down: the two formats that clients speak.

`deferSpec=20220824`: https://github.com/graphql/graphql-spec/tree/48cf7263a71a683fab03d45d309fd42d8d9a6659
`incrementalSpec=v0.2`: https://specs.apollo.dev/incremental/v0.2/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from reelgraph_router.errors import GraphQLFault
from reelgraph_router.execution.incremental.increments import (
    Completed,
    FirstAnswer,
    Increment,
    Pending,
)
from reelgraph_router.json_text import write_json

Json = dict[str, object]
Extensions = Mapping[str, object] | None


class IncrementalFormat(Protocol):
    """Writes the payloads of one answer, each as JSON."""

    parameter: str
    """The parameter of the media type that names the format."""

    def first(self, answer: FirstAnswer, extensions: Extensions) -> bytes:
        """The first payload."""

    def more(self, increment: Increment, extensions: Extensions) -> bytes:
        """A later payload."""


class Defer20220824:
    """Every patch names its path from the root and the label of its fragment."""

    parameter = "deferSpec=20220824"

    def first(self, answer: FirstAnswer, extensions: Extensions) -> bytes:
        """`data`, `errors` and whether more follows."""
        return write_json(_first(answer, extensions) | {"hasNext": answer.has_next})

    def more(self, increment: Increment, extensions: Extensions) -> bytes:
        """`incremental`: the patches of every fragment that is complete."""
        patches = [patch for one in increment.completed for patch in self._patches(one)]
        payload: Json = {"incremental": patches}
        if extensions:
            payload["extensions"] = extensions
        return write_json(payload | {"hasNext": increment.has_next})

    def _patches(self, one: Completed) -> list[Json]:
        """At least one patch a fragment, so that its errors and its end have a place."""
        path = list(one.pending.path)
        found: list[Json] = [
            {"data": patch.data, "path": [*path, *patch.sub_path]} for patch in one.patches
        ] or [{"data": None if one.failed else {}, "path": path}]
        if one.pending.label is not None:
            for patch in found:
                patch["label"] = one.pending.label
        if one.errors:
            found[0]["errors"] = _errors(one.errors)
        return found


class IncrementalV02:
    """Fragments are announced as `pending` under an id, and end as `completed`."""

    parameter = "incrementalSpec=v0.2"

    def first(self, answer: FirstAnswer, extensions: Extensions) -> bytes:
        """`data`, `errors`, the fragments to come, and whether there are any."""
        payload = _first(answer, extensions)
        if answer.pending:
            payload["pending"] = [_pending(one) for one in answer.pending]
        return write_json(payload | {"hasNext": answer.has_next})

    def more(self, increment: Increment, extensions: Extensions) -> bytes:
        """New fragments to come, patches by the id of their fragment, and fragments at their end."""
        payload: Json = {}
        if increment.pending:
            payload["pending"] = [_pending(one) for one in increment.pending]
        patches = [patch for one in increment.completed for patch in self._patches(one)]
        if patches:
            payload["incremental"] = patches
        payload["completed"] = [self._completed(one) for one in increment.completed]
        if extensions:
            payload["extensions"] = extensions
        return write_json(payload | {"hasNext": increment.has_next})

    def _patches(self, one: Completed) -> list[Json]:
        found: list[Json] = []
        for patch in one.patches:
            entry: Json = {"id": str(one.pending.id), "data": patch.data}
            if patch.sub_path:
                entry["subPath"] = list(patch.sub_path)
            found.append(entry)
        if found and one.errors:
            found[0]["errors"] = _errors(one.errors)
        return found

    def _completed(self, one: Completed) -> Json:
        """A fragment at its end; `errors` here say that none of it is delivered."""
        found: Json = {"id": str(one.pending.id)}
        if one.failed:
            found["errors"] = _errors(one.errors)
        return found


DEFER_20220824 = Defer20220824()
INCREMENTAL_V02 = IncrementalV02()
FORMATS: tuple[IncrementalFormat, ...] = (DEFER_20220824, INCREMENTAL_V02)


def _first(answer: FirstAnswer, extensions: Extensions) -> Json:
    payload: Json = {"data": answer.data}
    if answer.errors:
        payload["errors"] = _errors(answer.errors)
    if extensions:
        payload["extensions"] = extensions
    return payload


def _pending(one: Pending) -> Json:
    found: Json = {"id": str(one.id), "path": list(one.path)}
    if one.label is not None:
        found["label"] = one.label
    return found


def _errors(errors: Sequence[GraphQLFault]) -> list[Json]:
    return [error.to_json() for error in errors]
