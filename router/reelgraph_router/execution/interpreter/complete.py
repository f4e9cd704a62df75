"""Make the response with care: null propagation and errors by the API schema.

Used whenever the generated code of generate_shape.py meets anything unusual; it says the same about
usual data, only slower (GraphQL specification, section 6.4.3 and 6.4.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reelgraph_federation.planning import NoPathError
from reelgraph_federation.planning.query_plan import (
    ALWAYS,
    AbstractShape,
    Condition,
    EnumShape,
    FieldShape,
    ListShape,
    ObjectShape,
    ScalarShape,
    ValueShape,
)
from reelgraph_router.errors import Code, GraphQLFault
from reelgraph_router.execution.answers.faults import Faults, Key, LocatedFault
from reelgraph_router.execution.answers.introspected import NOTHING_INTROSPECTED, Introspected
from reelgraph_router.execution.interpreter.client_names import client_names

Path = tuple[str | int, ...]
FaultsByKey = Mapping[Key, list[LocatedFault]]


class _Invalid:
    """The value is null where null may not be: the parent has to become null."""


INVALID: Final = _Invalid()


class Completion:
    """Completes one response."""

    def __init__(
        self,
        faults: Faults | None,
        variables: Mapping[str, object],
        introspection: Introspected | None,
    ) -> None:
        self._faults = faults or Faults()
        self._variables = variables
        self._introspection = NOTHING_INTROSPECTED if introspection is None else introspection
        self._explained: set[Path] = set()
        self._told: set[tuple[str, str]] = set()
        self.errors: list[GraphQLFault] = []

    def root(
        self, shape: ObjectShape | AbstractShape, value: object, path: Path = ()
    ) -> dict[str, object] | None:
        """The response's `data`; the errors are in `errors` afterwards."""
        found = self._value(shape, value, path, shape.name, explained=False)
        return found if isinstance(found, dict) else None

    def finish(self) -> None:
        """Tell of the faults that concern no place of the response, without a path."""
        self.errors += [one.fault for one in self._faults.loose if self._concerns(one)]
        told = self._told
        told.update((error.message, error.code) for error in self.errors)
        for located in self._faults.located:
            known = (located.fault.message, located.fault.code)
            is_open = not located.reported and not located.is_cause and self._concerns(located)
            if is_open and known not in told:
                told.add(known)
                self.errors.append(located.fault)

    def _concerns(self, located: LocatedFault) -> bool:
        """Whether this answer is the one to tell of a fault; parts of an answer have their own."""
        return True

    def _value(
        self, shape: ValueShape, value: object, path: Path, coordinate: str, *, explained: bool
    ) -> object:
        """Complete a value; INVALID when it is null and may not be."""
        found = self._nullable(shape, value, path, coordinate)
        if found is not None and not isinstance(found, _Invalid):
            return found
        if shape.nullable:
            return None
        if not explained and path not in self._explained:
            self._error(
                f"Cannot return null for non-nullable field {coordinate}.", Code.INVALID_VALUE, path
            )
        return INVALID

    def _nullable(self, shape: ValueShape, value: object, path: Path, coordinate: str) -> object:
        """Complete a value as if it were nullable."""
        if value is None:
            return None
        if isinstance(shape, ScalarShape):
            return self._scalar(shape, value, path, coordinate)
        if isinstance(shape, EnumShape):
            return self._enum(shape, value, path, coordinate)
        if isinstance(shape, ListShape):
            return self._list(shape, value, path, coordinate)
        if not isinstance(value, dict):
            self._wrong("an object", path, coordinate)
            return None
        if isinstance(shape, AbstractShape):
            concrete = concrete_shape(shape, value)
            if concrete is not None:
                return self._object(concrete, value, path)
            if shape.typename_key is not None and value.get(shape.typename_key) is None:
                self._report_unknown(shape, value, path)
                return None
            name = value.get(shape.typename_key or "")
            if not isinstance(name, str) or name not in shape.hidden:
                self._wrong(f"an object of a type that {shape.name} may be", path, coordinate)
            self._faults.silence(value)
            return None
        return self._object(shape, value, path)

    def _enum(self, shape: EnumShape, value: object, path: Path, coordinate: str) -> object:
        if isinstance(value, str):
            if value in shape.values:
                return value
            if value in shape.hidden:
                return None  # clients may not see it, which is no error in itself
        self._wrong(f"a value of {shape.name}", path, coordinate)
        return None

    def _scalar(self, shape: ScalarShape, value: object, path: Path, coordinate: str) -> object:
        match shape.name:
            case "String":
                fits = isinstance(value, str)
            case "Boolean":
                fits = isinstance(value, bool)
            case "Int":
                if isinstance(value, float) and _is_int(value):
                    return int(value)
                fits = _is_int(value)
            case "Float":
                fits = isinstance(value, int | float) and not isinstance(value, bool)
            case "ID":
                if isinstance(value, int) and not isinstance(value, bool):
                    return str(value)
                fits = isinstance(value, str)
            case _:
                fits = True
        if not fits:
            self._wrong(f"of type {shape.name}", path, coordinate)
            return None
        return value

    def _list(self, shape: ListShape, value: object, path: Path, coordinate: str) -> object:
        if not isinstance(value, list):
            self._wrong("a list", path, coordinate)
            return None
        faults = self._faults.at(value)
        items: list[object] = []
        invalid = False
        for index, item in enumerate(value):
            at = (*path, index)
            told = self._report(faults, index, at, shape.item)
            found = self._value(shape.item, item, at, coordinate, explained=told)
            invalid = invalid or isinstance(found, _Invalid)
            items.append(found)
        return INVALID if invalid else items

    def _object(self, shape: ObjectShape, value: dict[str, object], path: Path) -> object:
        faults = self._faults.at(value)
        told_here = self._report_whole(self._felt(faults, shape, value), shape, path)
        found: dict[str, object] = {}
        invalid = False
        for field in shape.fields:
            if not holds(field.condition, self._variables):
                continue
            completed = self._field(field, value, path, faults, told_here)
            invalid = invalid or isinstance(completed, _Invalid)
            found[field.response_name] = completed
        return INVALID if invalid else found

    def _field(
        self, field: FieldShape, owner: dict[str, object], path: Path,
        faults: FaultsByKey | None, told_here: bool,
    ) -> object:  # fmt: skip
        if field.constant is not None:
            return field.constant
        at = (*path, field.response_name)
        if field.introspection:
            return self._meta(field, at)
        if field.left_out:
            return self._left_out(field, at)
        if field.unreached:
            return self._unreached(field, at)
        missing = field.key not in owner
        # What failed at the object as a whole explains the fields that did not come.
        told = self._report(faults, field.key, at, field.shape) or (told_here and missing)
        return self._value(
            field.shape, owner.get(field.key), at, f"{field.parent}.{field.name}",
            explained=told,
        )  # fmt: skip

    def _meta(self, field: FieldShape, path: Path) -> object:
        answers = self._introspection
        if field.key in answers:
            return answers[field.key]
        failed = answers.failed.get(field.key, answers.missing)
        for fault in failed.faults:
            self._add(fault, path + (fault.path or ()))
        if failed.value is None and not field.shape.nullable:
            return INVALID
        return failed.value

    def _left_out(self, field: FieldShape, path: Path) -> object:
        """Null for what the caller may not have; the error about it was made beforehand."""
        if field.shape.nullable:
            return None
        self._explained.update(path[:length] for length in range(len(path)))
        return INVALID

    def _unreached(self, field: FieldShape, path: Path) -> object:
        """Null with an error for a field that no subgraph has for objects of this type."""
        message = (
            f"No subgraph that can be reached resolves {field.parent}.{field.name} of this object."
        )
        self._error(message, NoPathError.code, path)
        return None if field.shape.nullable else INVALID

    def _report(
        self, faults: FaultsByKey | None, key: Key, path: Path,
        shape: ValueShape,
    ) -> bool:  # fmt: skip
        """Tell the faults at a key, with the client's path."""
        entries = faults.get(key, ()) if faults else ()
        blocking = [entry for entry in entries if entry.blocks]
        for entry in entries:
            entry.reported = True
        for entry in blocking[:1] or entries:
            self._add(entry.fault, path + client_names(entry.rest, shape))
        return bool(entries)

    def _report_unknown(self, shape: AbstractShape, value: dict[str, object], path: Path) -> None:
        """Tell the faults of an object whose type did not come; nothing failed where it is unknown."""
        faults = self._faults.at(value)
        if not faults and path not in self._explained:
            self._error("No subgraph told the type of this object.", Code.INVALID_VALUE, path)
        for key, entries in (faults or {}).items():
            for entry in entries:
                entry.reported = True
                if not entry.blocks and not entry.is_cause:
                    rest = client_names(entry.rest, shape) if key is None else ()
                    self._add(entry.fault, path + rest)

    def _felt(
        self, faults: FaultsByKey | None, shape: ObjectShape, value: Mapping[str, object]
    ) -> FaultsByKey | None:
        """The faults that the client feels: not those of hidden values, when nothing is missing.

        An object that stands in several places may have failed at what only one of them needs.
        """
        if not faults:
            return faults
        shown = [one for one in shape.fields if holds(one.condition, self._variables)]
        fetched = [one for one in shown if one.constant is None and not one.introspection]
        if any(one.key not in value and not one.left_out and not one.unreached for one in fetched):
            return faults
        keys = {None, *(one.key for one in shown)}
        for key, entries in faults.items():
            for entry in () if key in keys else entries:
                entry.reported = True
        return {key: entries for key, entries in faults.items() if key in keys}

    def _report_whole(self, faults: FaultsByKey | None, shape: ObjectShape, path: Path) -> bool:
        """Tell the faults of the object itself, and of its fields that the client does not see."""
        if not faults:
            return False
        seen = {field.key for field in shape.fields if holds(field.condition, self._variables)}
        hidden = [key for key in faults if key not in seen]
        told = False
        for key in hidden:
            # What is blocked failed for the reason that is told where it is needed.
            is_blocked = any(entry.blocks for entry in faults[key])
            for entry in faults[key]:
                entry.reported = True
                if is_blocked or entry.is_cause:
                    continue
                rest = client_names(entry.rest, shape) if key is None else ()
                self._add(entry.fault, path + rest)
                told = True
        return told

    def _wrong(self, expected: str, path: Path, coordinate: str) -> None:
        message = f"A subgraph answered {coordinate} with a value that is not {expected}."
        self._error(message, Code.INVALID_VALUE, path)

    def _error(self, message: str, code: str, path: Path) -> None:
        self._add(GraphQLFault(message, code), path)

    def _add(self, fault: GraphQLFault, path: Path) -> None:
        self.errors.append(
            GraphQLFault(fault.message, fault.code, path, fault.locations, fault.extensions)
        )
        self._explained.update(path[:length] for length in range(len(path) + 1))


def concrete_shape(shape: AbstractShape, value: Mapping[str, object]) -> ObjectShape | None:
    """The shape of the runtime type; None where the type is inaccessible."""
    if shape.typename_key is None:
        return shape.possible[0][1] if shape.possible else None
    name = value.get(shape.typename_key)
    return next((possible for known, possible in shape.possible if known == name), None)


def holds(condition: Condition, variables: Mapping[str, object]) -> bool:
    """Whether a condition holds for the request's variables."""
    if condition == ALWAYS:
        return True
    return any(
        all(bool(variables.get(literal.variable, False)) != literal.negated for literal in literals)
        for literals in condition
    )


def _is_int(value: object) -> bool:
    """GraphQL's Int: a whole number of 32 bits; 3.0 is one, too (specification, 3.5.1)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -(2**31) <= value < 2**31 and value == int(value)
