"""Complete one part of an answer that is delivered in parts.

A part tells the faults of its own fetches. Those of the fetches that it builds on explain a null, but
an earlier answer has told them already.
"""

from __future__ import annotations

from collections.abc import Mapping

from reelgraph_federation.planning.query_plan import FieldShape, ObjectShape, PartialShape
from reelgraph_router.errors import Code, GraphQLFault
from reelgraph_router.execution.answers.faults import Faults, Key, LocatedFault
from reelgraph_router.execution.answers.introspected import Introspected
from reelgraph_router.execution.interpreter.complete import (
    Completion,
    FaultsByKey,
    Path,
    _Invalid,
    holds,
)
from reelgraph_router.execution.tree_state import JsonObject

Told = set[tuple[str, str]]


class PartCompletion(Completion):
    """Completes the first answer, or the fields of one deferred part.

    `own` are the fetches of the part, `outer` those that it builds on. `told` are message and code
    of errors that the client has seen.
    """

    def __init__(
        self,
        faults: Faults | None,
        variables: Mapping[str, object],
        introspection: Introspected | None,
        own: frozenset[int],
        outer: frozenset[int],
        told: Told | None = None,
    ) -> None:
        super().__init__(faults, variables, introspection)
        self._own = own
        self._known = own | outer
        self._kept: set[int] = set()
        if told is not None:
            self._told = told

    def fields(
        self, shape: ObjectShape, fields: list[FieldShape], value: JsonObject, path: Path
    ) -> JsonObject | None:
        """What a part adds to an object delivered before; None when it cannot be completed."""
        faults = self._faults.at(value)
        told = self._report_hidden(faults, shape, path, self._own)
        found: JsonObject = {}
        invalid = False
        for field in fields:
            completed = self._field(field, value, path, faults, told)
            invalid = invalid or isinstance(completed, _Invalid)
            found[field.response_name] = completed
        if invalid and not self.errors:
            name = f"{shape.name}.{fields[0].name}"
            message = f"Cannot complete the deferred fields of {name} and beside it."
            self._add(GraphQLFault(message, Code.INVALID_VALUE), path)
        return None if invalid else found

    def take_errors(self) -> list[GraphQLFault]:
        """The errors since the last call."""
        errors, self.errors = self.errors, []
        self._told.update((error.message, error.code) for error in errors)
        return errors

    def _concerns(self, located: LocatedFault) -> bool:
        return located.fetch in self._own and id(located) not in self._kept

    def _felt(
        self, faults: FaultsByKey | None, shape: ObjectShape, value: Mapping[str, object]
    ) -> FaultsByKey | None:
        return faults  # what is hidden here may be shown by another part

    def _report_whole(self, faults: FaultsByKey | None, shape: ObjectShape, path: Path) -> bool:
        return self._report_hidden(faults, shape, path, self._known)

    def _report_hidden(
        self, faults: FaultsByKey | None, shape: ObjectShape, path: Path,
        telling: frozenset[int],
    ) -> bool:  # fmt: skip
        """As `_report_whole`, but tell only the faults of some fetches and know those of others."""
        if not faults:
            return False
        seen = {field.key for field in shape.fields if holds(field.condition, self._variables)}
        elsewhere = shape.elsewhere if isinstance(shape, PartialShape) else ()
        explained = False
        told: dict[Key, list[LocatedFault]] = {}
        for key, entries in faults.items():
            if key in seen:
                continue
            if key in elsewhere:
                self._kept.update(map(id, entries))
                continue
            known = [entry for entry in entries if entry.fetch in self._known]
            explained = explained or any(not (one.blocks or one.is_cause) for one in known)
            told[key] = [entry for entry in known if entry.fetch in telling]
        super()._report_whole(told, shape, path)
        return explained
