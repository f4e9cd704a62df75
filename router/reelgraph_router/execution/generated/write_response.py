"""Write the code that makes the response from a merged tree without faults.

The code builds each object anew in the client's order, checks every value against the API schema,
and leaves by an exception (`Bailout`, or what Python raises on a value of the wrong shape) as soon as
anything needs care: a null where none may be, a wrong type, a missing key. `complete.py` then
answers instead. An object that stands in many places is built once and put by reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reelgraph_federation.planning.query_plan import (
    AbstractShape,
    EnumShape,
    FieldShape,
    ListShape,
    ObjectShape,
    ScalarShape,
    ValueShape,
)
from reelgraph_router.execution.code.conditions import Conditions
from reelgraph_router.execution.code.positions import KeyPath, Positions
from reelgraph_router.execution.code.source import Source

MAX_NESTING = 8
"""Blocks in one function; Python allows twenty."""

SCALAR_CHECKS = {
    "String": "{v}.__class__ is not str",
    "ID": "{v}.__class__ is not str",
    "Boolean": "{v}.__class__ is not bool",
    "Int": "{v}.__class__ is not int or not -2147483648 <= {v} <= 2147483647",
    "Float": "{v}.__class__ is not float and {v}.__class__ is not int",
}


class ShapeWriter:
    """Writes `shape_<n>(run, o)` functions; `write_root` returns the name of the first."""

    def __init__(self, source: Source, positions: Positions, conditions: Conditions) -> None:
        self._done = source
        self._positions = positions
        self._conditions = conditions
        self._names: dict[tuple[int, KeyPath], str] = {}
        self._kept: list[object] = []  # shapes named by id() must stay alive
        self._source = Source(source.budget)
        self._used_memos: list[int] = []
        self.memos = 0

    def write_root(self, shape: ObjectShape | AbstractShape, position: KeyPath = ()) -> str:
        """Write all functions for `shape` standing at `position`; return the entry's name."""
        return self._function(shape, position)

    def _function(
        self, shape: ObjectShape | AbstractShape, position: KeyPath, typename: str | None = None
    ) -> str:
        """Write what makes an object; `typename` is the code of its type, where that is not one alone."""
        known = self._names.get((id(shape), position))
        if known is not None:
            return known
        name = self._names[id(shape), position] = self._done.name("shape_")
        self._kept.append(shape)
        with self._own_function(f"def {name}(run, o):"):
            if isinstance(shape, ObjectShape):
                self._source.line(f"return {self._object(shape, 'o', position, typename)}")
            else:
                self._abstract(shape, position)
        return name

    @contextmanager
    def _own_function(self, head: str) -> Iterator[None]:
        """Write a function of its own; the memos that it uses are looked up once, at its start."""
        outer, self._source = self._source, Source(self._done.budget, depth=1)
        used, self._used_memos = self._used_memos, []
        yield
        self._done.line(head)
        for number in self._used_memos:
            self._done.line(f"    memo_{number} = run.memos[{number}]")
        self._done.append(self._source)
        self._source, self._used_memos = outer, used

    def _abstract(self, shape: AbstractShape, position: KeyPath) -> None:
        source = self._source
        if shape.typename_key is None and shape.possible:
            source.line(f"return {self._function(shape.possible[0][1], position)}(run, o)")
            return
        key = repr(shape.typename_key)
        source.line(f"t = o[{key}]")
        for names, possible in _alike(shape):
            if len(names) == 1:
                test, name = f"== {names[0]!r}", self._function(possible, position)
            else:
                test = f"in {self._constant('types', frozenset(names))}"
                name = self._function(possible, position, typename=f"o[{key}]")
            source.line(f"if t {test}: return {name}(run, o)")
        source.line("raise Bailout(TYPE)")

    def _object(
        self, shape: ObjectShape, value: str, position: KeyPath, typename: str | None = None
    ) -> str:
        """Write what reads an object's fields; return the code of the new object."""
        source = self._source
        items: list[str] = []
        result: str | None = None
        for field in shape.fields:
            condition = self._conditions.expression(field.condition)
            if condition is not None and result is None:
                result = self._name("r")
                source.line(f"{result} = {{{', '.join(items)}}}")
            if result is None:
                items.append(
                    f"{field.response_name!r}: {self._field(field, value, position, typename)}"
                )
            elif condition is None:
                code = self._field(field, value, position, typename)
                source.line(f"{result}[{field.response_name!r}] = {code}")
            else:
                with source.block(f"if {condition}:"):
                    code = self._field(field, value, position, typename)
                    source.line(f"{result}[{field.response_name!r}] = {code}")
        return result if result is not None else "{" + ", ".join(items) + "}"

    def _field(self, field: FieldShape, owner: str, position: KeyPath, typename: str | None) -> str:
        if field.constant is not None:
            return typename or repr(field.constant)
        if field.introspection:
            return f"run.introspection[{field.key!r}]"
        if field.left_out:
            if not field.shape.nullable:
                self._source.line("raise Bailout(LEFT_OUT)")
            return "None"
        if field.unreached:
            self._source.line("raise Bailout(UNREACHED)")
            return "None"
        value = self._name("v")
        # Where null is no answer anyway, a key that is missing may just as well raise.
        sure = not field.shape.nullable or self._positions.is_local(position, field.key)
        read = f"{owner}[{field.key!r}]" if sure else f"{owner}.get({field.key!r})"
        self._source.line(f"{value} = {read}")
        below = (*position, field.key)
        joined = self._positions.is_joined(position, field.key)
        self._value(field.shape, value, below, shared=joined)
        return value

    def _value(self, shape: ValueShape, value: str, position: KeyPath, *, shared: bool) -> None:
        """Write what checks `value` and replaces it by its completed form."""
        source = self._source
        if isinstance(shape, ScalarShape):
            self._scalar(shape, value)
        elif isinstance(shape, EnumShape):
            values = self._constant("values", shape.values)
            nullable = f"{value} is not None and " if shape.nullable else ""
            source.line(f"if {nullable}{value} not in {values}: raise Bailout(ENUM)")
        elif shape.nullable:
            with source.block(f"if {value} is not None:"):
                self._composite(shape, value, position, shared=shared)
        else:
            self._composite(shape, value, position, shared=shared)

    def _scalar(self, shape: ScalarShape, value: str) -> None:
        check = SCALAR_CHECKS.get(shape.name)
        if check is not None:
            test = check.format(v=value)
            if shape.nullable:
                test = f"{value} is not None and ({test})"
            self._source.line(f"if {test}: raise Bailout(SCALAR)")
        elif not shape.nullable:
            self._source.line(f"if {value} is None: raise Bailout(SCALAR)")

    def _composite(
        self, shape: ListShape | ObjectShape | AbstractShape, value: str, position: KeyPath,
        *, shared: bool,
    ) -> None:  # fmt: skip
        source = self._source
        if isinstance(shape, ListShape):
            self._list(shape, value, position, shared=shared)
        elif shared or position in self._positions.identities:
            self._once(value, f"{self._function(shape, position)}(run, {value})")
        elif isinstance(shape, ObjectShape) and source.depth < MAX_NESTING:
            code = self._object(shape, value, position)
            source.line(f"{value} = {code}")
        else:
            source.line(f"{value} = {self._function(shape, position)}(run, {value})")

    def _once(self, value: str, code: str) -> None:
        """Write what builds a shared value the first time and finds it again afterwards."""
        source = self._source
        memo, made = f"memo_{self.memos}", self._name("m")
        self._used_memos.append(self.memos)
        self.memos += 1
        source.line(f"{made} = {memo}.get(id({value}))")
        source.line(f"if {made} is None: {made} = {memo}[id({value})] = {code}")
        source.line(f"{value} = {made}")

    def _list(self, shape: ListShape, value: str, position: KeyPath, *, shared: bool) -> None:
        source = self._source
        source.line(f"if {value}.__class__ is not list: raise Bailout(LIST)")
        if shared and not _is_leaf(shape.item):
            name = self._list_function(shape, position)
            self._once(value, f"{name}(run, {value})")
            return
        if isinstance(shape.item, ScalarShape) and shape.item.nullable and (
            shape.item.name not in SCALAR_CHECKS
        ):  # fmt: skip
            return
        if source.depth >= MAX_NESTING:
            source.line(f"{value} = {self._list_function(shape, position)}(run, {value})")
            return
        self._items(shape, value, position)

    def _items(self, shape: ListShape, value: str, position: KeyPath) -> None:
        source = self._source
        item, out = self._name("x"), self._name("l")
        if _is_leaf(shape.item):
            with source.block(f"for {item} in {value}:"):
                self._value(shape.item, item, position, shared=False)
            return
        source.line(f"{out} = []")
        with source.block(f"for {item} in {value}:"):
            self._value(shape.item, item, position, shared=False)
            source.line(f"{out}.append({item})")
        source.line(f"{value} = {out}")

    def _list_function(self, shape: ListShape, position: KeyPath) -> str:
        name = self._done.name("shape_list_")
        with self._own_function(f"def {name}(run, v):"):
            self._items(shape, "v", position)
            self._source.line("return v")
        return name

    def _name(self, prefix: str) -> str:
        return self._done.name(prefix)

    def _constant(self, prefix: str, value: object) -> str:
        return self._done.constant(prefix, value)


def _alike(shape: AbstractShape) -> list[tuple[list[str], ObjectShape]]:
    """Bring the types together whose objects are made by the same code, but for their name."""
    found: dict[object, tuple[list[str], ObjectShape]] = {}
    for name, possible in shape.possible:
        code = tuple(_code(field, possible.name) for field in possible.fields)
        found.setdefault(code, ([], possible))[0].append(name)
    return list(found.values())


def _code(field: FieldShape, type_name: str) -> object:
    """Tell what the code for a field depends on."""
    constant = True if field.constant == type_name else field.constant
    shape = field.shape if _is_leaf(field.shape) else (id(field.shape), field.shape.nullable)
    return (
        field.response_name, field.key, shape, field.condition, constant, field.introspection,
        field.left_out,
    )  # fmt: skip


def _is_leaf(shape: ValueShape) -> bool:
    return isinstance(shape, ScalarShape | EnumShape)
