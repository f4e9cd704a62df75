"""A subgraph made of SDL and data, executed by graphql-core: what cases under cases/ run against.

Data are given per type: `Query` (and `Mutation`, by the names they have here) map a field to its
value, every other type is a list of records. What a nested record with an `id` does not say is looked
up in its type's list. In a value `{"$ref": "User:1"}` stands for the record of User whose `id` is 1
(`Product:upc=a` names another field); a text starting with `=` is a template over the record, such as
`={price} for {weight}`, and over the field's arguments. A value `{"$error": "text"}` makes the field
fail, in a record the whole entity; `{"$args": "name"}` answers the argument `name`, `{"$args": "*"}`
all of them as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from graphql import GraphQLError, GraphQLObjectType, GraphQLResolveInfo, graphql_sync

from tests.router.support.subgraph_schemas import build_subgraph_schema

Record = dict[str, object]
Data = Mapping[str, object]


class SimulatedSubgraph:
    """Executes requests, `failing` ones raise."""

    def __init__(self, sdl: str, data: Data) -> None:
        self._data = data
        self.schema = build_subgraph_schema(sdl)
        for named in self.schema.type_map.values():
            if isinstance(named, GraphQLObjectType) and not named.name.startswith("__"):
                for name, field in named.fields.items():
                    if name not in ("_entities",):
                        field.resolve = self._resolve
        query = self.schema.query_type
        assert query is not None
        if "_entities" in query.fields:
            query.fields["_entities"].resolve = self._resolve_entities

    def execute(self, query: str, variables: dict[str, object]) -> dict[str, object]:
        """Answer one request."""
        result = graphql_sync(
            self.schema,
            query,
            root_value=None,
            variable_values=variables,
            type_resolver=lambda value, info, abstract: str(value["__typename"]),
        )
        return dict(result.formatted)

    def _resolve(self, source: object, info: GraphQLResolveInfo, **arguments: object) -> object:
        record = self._data.get(info.parent_type.name) if source is None else source
        assert isinstance(record, Mapping), f"no data for {info.parent_type.name}"
        if info.field_name not in record and "id" in record:
            known = self._data.get(info.parent_type.name)
            if isinstance(known, list):
                record = {
                    **(self._find(info.parent_type.name, {"id": record["id"]}) or {}),
                    **record,
                }
        return self._value(record.get(info.field_name), record, arguments)

    def _value(self, value: object, record: Mapping[str, object], arguments: Data) -> object:
        if isinstance(value, list):
            return [self._value(item, record, arguments) for item in value]
        if isinstance(value, str) and value.startswith("="):
            return value[1:].format_map({**record, **arguments})
        if isinstance(value, Mapping) and "$ref" in value:
            name, _, wanted = str(value["$ref"]).partition(":")
            key, equals, identifier = wanted.partition("=")
            found = {key: identifier} if equals else {"id": wanted}
            return self._find(name, found) or {"__typename": name, **found}
        if isinstance(value, Mapping) and "$error" in value:
            raise GraphQLError(str(value["$error"]), extensions={"code": "NOT_FOUND"})
        return _with_arguments(value, arguments)

    def _resolve_entities(
        self, source: object, info: GraphQLResolveInfo, representations: list[Record]
    ) -> list[object]:
        return [self._entity(representation) for representation in representations]

    def _entity(self, representation: Record) -> object:
        name = str(representation["__typename"])
        found = self._find(name, representation)
        if found is None:
            return None
        if "$error" in found:
            return GraphQLError(str(found["$error"]), extensions={"code": "NOT_FOUND"})
        return {**found, **representation, "__typename": found["__typename"]}

    def _find(self, name: str, wanted: Mapping[str, object]) -> Record | None:
        """The first record that agrees with `wanted` in every field that both have."""
        records = self._data.get(name)
        assert isinstance(records, list), f"no data for entities of {name}"
        for record in records:
            common = record.keys() & wanted.keys() - {"__typename"}
            if common and all(str(record[key]) == str(wanted[key]) for key in common):
                return {"__typename": name, **record}
        return None


def _with_arguments(value: object, arguments: Data, *, nested: bool = False) -> object:
    """Put the field's arguments wherever `{"$args": name}` stands; `*` is for its own field only."""
    if not isinstance(value, Mapping):
        return value
    if value.get("$args") == "*":
        return value if nested else json.dumps(arguments, sort_keys=True)
    if "$args" in value:
        return arguments.get(str(value["$args"]))
    return {key: _with_arguments(item, arguments, nested=True) for key, item in value.items()}
