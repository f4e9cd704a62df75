"""How an entity type turns references into objects, found and checked when the schema is built.

An entity type may have one of these class methods; without any, the reference itself becomes
the object (a stub with the key and the required fields), which is all that most types that
only extend another subgraph's entity need.

    @classmethod
    async def resolve_references(cls, info: Info, keys: list[K]) -> list[Entity | None]
    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Entity | None

`resolve_references` gets all references of one request and type at once and returns one entry
for each, in order: the object, None (there is no such entity) or an exception for that entry
alone. What K is decides what it gets:

- the entity type itself: stubs, with the key and the `@requires` fields set;
- a dataclass: its fields are fields of the entity by name; those without a default must be in
  every representation. This is how a type with several keys takes either of them;
- anything else (`strawberry.ID`, `int`, an enum …): the value of the key's only field.

`resolve_reference` is Strawberry's own form, one entity at a time; use a data loader in it.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, parse
from strawberry.federation.schema_directives import Key
from strawberry.types.base import StrawberryObjectDefinition

from reelgraph_dgs.errors import BadRequest
from reelgraph_dgs.representations import Fields, RepresentationReader


class WiringError(Exception):
    """A type of the schema cannot work as it is written; the text says where and what to do."""


KeyFields = Mapping[str, "KeyFields"]
"""The fields of a key by their GraphQL names, each with the fields below it."""


@dataclass(frozen=True, slots=True)
class EntityType:
    """One entity type and how its references are resolved."""

    name: str
    origin: type
    form: Literal["stub", "one", "stubs", "dataclass", "value"]
    resolve: Callable[..., Any] | None = None
    wants_info: bool = False
    key_class: type | None = None
    key_field: str = ""
    parameters: tuple[str, ...] = ()
    keys: tuple[KeyFields, ...] = ()


def describe_entity(
    definition: StrawberryObjectDefinition, reader: RepresentationReader
) -> EntityType:
    """Find out how an entity type resolves its references; raises `WiringError`."""
    found = _describe(definition, reader)
    return dataclasses.replace(found, keys=tuple(_key_fields(key) for key in _keys(definition)))


def _describe(definition: StrawberryObjectDefinition, reader: RepresentationReader) -> EntityType:
    origin = definition.origin
    many = getattr(origin, "resolve_references", None)
    one = getattr(origin, "resolve_reference", None)
    if many is not None and one is not None:
        raise WiringError(
            f"{origin.__qualname__} has resolve_reference and resolve_references: remove one."
        )
    if many is not None:
        return _describe_many(definition, many, reader)
    if one is not None:
        return _describe_one(definition, one, reader)
    return EntityType(definition.name, origin, "stub")


def read_key(
    entity: EntityType,
    representation: Mapping[str, Any],
    reader: RepresentationReader,
    place: str,
) -> Any:
    """Make from a representation what the entity's resolver takes; raises `BadRequest`."""
    fields = reader.read_fields(entity.name, representation, place)
    if not any(_has_all(representation, key) for key in entity.keys):
        raise BadRequest(f"{place} has none of the keys of {entity.name}.")
    if entity.form == "value":
        return fields[entity.key_field]
    if entity.form == "dataclass":
        return _read_key_class(entity, fields, place)
    if entity.form == "one":
        return {name: fields[name] for name in entity.parameters if name in fields}
    return reader.build(entity.name, fields)


async def resolve_many(entity: EntityType, keys: Sequence[Any], info: object) -> Sequence[Any]:
    """Call the type's `resolve_references`; raises whatever it raises."""
    assert entity.resolve is not None
    arguments = {"info": info} if entity.wants_info else {}
    found = entity.resolve(**arguments, **{entity.parameters[0]: list(keys)})
    result: Sequence[Any] = await found if inspect.isawaitable(found) else found
    if not isinstance(result, Sequence) or len(result) != len(keys):
        count = len(result) if isinstance(result, Sequence) else type(result).__name__
        raise WiringError(
            f"{entity.name}.resolve_references must return one entry for each key, in order: "
            f"{len(keys)} keys, {count} returned."
        )
    return result


def resolve_one(entity: EntityType, arguments: dict[str, Any], info: object) -> Any:
    """Call the type's `resolve_reference`: its result, an awaitable of it, or what it raised."""
    assert entity.resolve is not None
    if entity.wants_info:
        arguments = {**arguments, "info": info}
    try:
        return entity.resolve(**arguments)
    except Exception as error:
        return error


def _describe_many(
    definition: StrawberryObjectDefinition,
    method: Callable[..., Any],
    reader: RepresentationReader,
) -> EntityType:
    where = f"{definition.origin.__qualname__}.resolve_references"
    parameters = _parameters(method, where)
    names = [name for name in parameters if name != "info"]
    if len(names) != 1:
        raise WiringError(f"{where} takes info (optional) and one list of keys.")
    item = _item_type(parameters[names[0]], method, definition.origin, where)
    form, key_field = _form_of(item, definition, reader, where)
    return EntityType(
        name=definition.name,
        origin=definition.origin,
        form=form,
        resolve=method,
        wants_info="info" in parameters,
        key_class=item if form == "dataclass" else None,
        key_field=key_field,
        parameters=(names[0],),
    )


def _describe_one(
    definition: StrawberryObjectDefinition,
    method: Callable[..., Any],
    reader: RepresentationReader,
) -> EntityType:
    where = f"{definition.origin.__qualname__}.resolve_reference"
    parameters = _parameters(method, where)
    names = tuple(name for name in parameters if name != "info")
    _check_names(names, definition, reader, where)
    return EntityType(
        name=definition.name,
        origin=definition.origin,
        form="one",
        resolve=method,
        wants_info="info" in parameters,
        parameters=names,
    )


def _parameters(method: Callable[..., Any], where: str) -> dict[str, inspect.Parameter]:
    if not inspect.ismethod(method):
        raise WiringError(f"{where} must be a class method.")
    return dict(inspect.signature(method).parameters)


def _item_type(
    parameter: inspect.Parameter, method: Callable[..., Any], origin: type, where: str
) -> Any:
    annotation = parameter.annotation
    if isinstance(annotation, str):
        module = sys.modules[origin.__module__]
        try:
            annotation = eval(annotation, vars(module), {origin.__name__: origin})
        except NameError as error:
            raise WiringError(
                f"{where}: cannot find {error.name!r}; import it at the top of {module.__name__}."
            ) from error
    if get_origin(annotation) not in (list, Sequence) or len(get_args(annotation)) != 1:
        raise WiringError(f"{where}: annotate {parameter.name} as list[…], such as list[str].")
    (item,) = get_args(annotation)
    if item == origin.__name__ or getattr(item, "__forward_arg__", None) == origin.__name__:
        return origin
    return item


def _form_of(
    item: Any,
    definition: StrawberryObjectDefinition,
    reader: RepresentationReader,
    where: str,
) -> tuple[Literal["stubs", "dataclass", "value"], str]:
    if item is definition.origin:
        return "stubs", ""
    if dataclasses.is_dataclass(item):
        names = tuple(field.name for field in dataclasses.fields(item))
        _check_names(names, definition, reader, where)
        return "dataclass", ""
    keys = _keys(definition)
    if len(keys) != 1 or not keys[0].strip().isidentifier():
        raise WiringError(
            f"{where}: a list of plain values fits a type with one key of one field; "
            "take a list of dataclasses whose fields are the keys' fields."
        )
    return "value", reader.python_names(definition.name)[keys[0].strip()]


def _keys(definition: StrawberryObjectDefinition) -> list[str]:
    return [str(key.fields) for key in definition.directives or [] if isinstance(key, Key)]


def _key_fields(selection: str) -> KeyFields:
    document = parse(f"{{ {selection} }}")
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    return _selected(operation.selection_set)


def _selected(selection_set: SelectionSetNode) -> KeyFields:
    return {
        node.name.value: _selected(node.selection_set) if node.selection_set else {}
        for node in selection_set.selections
        if isinstance(node, FieldNode)
    }


def _has_all(value: object, key: KeyFields) -> bool:
    """Whether an object, or each object of a list, has all fields of a key."""
    if isinstance(value, list):
        return all(_has_all(item, key) for item in value)
    if value is None or not isinstance(value, Mapping):
        return not key
    return all(name in value and _has_all(value[name], below) for name, below in key.items())


def _check_names(
    names: Sequence[str],
    definition: StrawberryObjectDefinition,
    reader: RepresentationReader,
    where: str,
) -> None:
    unknown = set(names) - set(reader.python_names(definition.name).values())
    if unknown:
        raise WiringError(
            f"{where} asks for {', '.join(sorted(unknown))}: "
            f"not a field of {definition.origin.__qualname__}."
        )


def _read_key_class(entity: EntityType, fields: Fields, place: str) -> Any:
    assert entity.key_class is not None
    given: dict[str, object] = {}
    for field in dataclasses.fields(entity.key_class):
        if field.name in fields:
            given[field.name] = fields[field.name]
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise BadRequest(f"{place} lacks a field that {entity.name} needs.")
    return entity.key_class(**given)
