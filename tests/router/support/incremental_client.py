"""What a client makes of an answer in parts: both formats, merged strictly.

Every patch must lie in an object that was delivered before, and must not repeat a field. Whatever breaks
the rules of a format is an AssertionError.
"""

from __future__ import annotations

import copy
from typing import Any

Json = dict[str, Any]


def merge_payloads(payloads: list[Json], *, coarse: bool = False) -> Json:
    """The whole answer, `data` and all `errors`, from the payloads of either format.

    With `coarse` a fragment that failed has one error, at its own path: which of several nulls made
    it fail is up to the server.
    """
    if len(payloads) == 1 and "hasNext" not in payloads[0]:
        return payloads[0]
    assert all(one["hasNext"] for one in payloads[:-1])
    assert payloads[-1]["hasNext"] is False
    first = copy.deepcopy(payloads[0])
    merger = _Merger(first["data"], first.get("errors", []), coarse)
    merger.announce(first)
    for one in payloads[1:]:
        assert one.keys() <= {"pending", "incremental", "completed", "hasNext"}
        merger.take(one)
    assert not merger.pending, f"never completed: {merger.pending}"
    result: Json = {"data": merger.data}
    if merger.errors:
        result["errors"] = merger.errors
    return result


class _Merger:
    def __init__(self, data: Any, errors: list[Json], coarse: bool) -> None:
        self.coarse = coarse
        self.data = data
        self.errors = errors
        self.pending: dict[str, list[Any]] = {}
        self.seen: set[str] = set()

    def announce(self, payload: Json) -> None:
        for one in payload.get("pending", []):
            assert one["id"] not in self.seen, "an id is announced twice"
            self.seen.add(one["id"])
            self.pending[one["id"]] = one["path"]

    def take(self, payload: Json) -> None:
        # A fragment may be announced and delivered in one payload.
        self.announce(payload)
        for one in payload.get("incremental", []):
            path = one["path"] if "path" in one else self.pending[one["id"]]
            self.patch([*path, *one.get("subPath", [])], one["data"])
            self.tell(one.get("errors", []), path, one["data"] is None)
        for one in payload.get("completed", []):
            path = self.pending.pop(one["id"])
            assert isinstance(self.at(path), dict), "a fragment outside every object"
            self.tell(one.get("errors", []), path, True)

    def tell(self, errors: list[Json], path: list[Any], failed: bool) -> None:
        if failed and errors and self.coarse:
            errors = [{"path": path}]
        self.errors += errors

    def patch(self, path: list[Any], data: Json | None) -> None:
        target = self.at(path)
        assert isinstance(target, dict), f"a patch for what is no object: {path}"
        for key, value in (data or {}).items():
            assert key not in target, f"{key} is delivered twice at {path}"
            target[key] = copy.deepcopy(value)

    def at(self, path: list[Any]) -> Any:
        found = self.data
        for key in path:
            found = found[key]
        return found
