"""A subgraph made of SDL and data, executed by graphql-core: what cases under cases/ run against.

Data are given per type: `Query` (and `Mutation`) map a field to its value, every other type is a list of
records. In a value `{"$ref": "User:1"}` stands for the record of User whose `id` is 1 (`Product:upc=a` names another field); a text starting
with `=` is a template over the record, such as `={price} for {weight}`, and over
the field's arguments. A value `{"$error": "text"}` makes the field fail; `{"$args": "name"}` answers the
argument `name`.
"""

from __future__ import annotations

from collections.abc import Mapping

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    build_ast_schema,
    concat_ast,
    graphql_sync,
    parse,
)

Record = dict[str, object]
Data = Mapping[str, object]

DIRECTIVES = """
directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @requires(fields: String!) on FIELD_DEFINITION
directive @provides(fields: String!) on FIELD_DEFINITION
directive @external on OBJECT | FIELD_DEFINITION
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @override(from: String!, label: String) on FIELD_DEFINITION
directive @inaccessible on OBJECT | FIELD_DEFINITION | ENUM_VALUE | INTERFACE | UNION | ENUM
  | SCALAR | INPUT_OBJECT | INPUT_FIELD_DEFINITION | ARGUMENT_DEFINITION
directive @tag(name: String!) repeatable on OBJECT | FIELD_DEFINITION
directive @interfaceObject on OBJECT
directive @context(name: String!) repeatable on OBJECT | INTERFACE | UNION
directive @fromContext(field: String) on ARGUMENT_DEFINITION
directive @extends on OBJECT | INTERFACE
directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
"""


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


def _with_arguments(value: object, arguments: Data) -> object:
    """Put the field's arguments wherever `{"$args": name}` stands."""
    if not isinstance(value, Mapping):
        return value
    if "$args" in value:
        return arguments.get(str(value["$args"]))
    return {key: _with_arguments(item, arguments) for key, item in value.items()}


def build_subgraph_schema(sdl: str) -> GraphQLSchema:
    """The executable schema of a subgraph: its SDL with the federation machinery added."""
    document = _with_bases(_without_links(parse(sdl)))
    names = {
        d.name.value for d in document.definitions if isinstance(d, ObjectTypeDefinitionNode)
    } | {d.name.value for d in document.definitions if isinstance(d, InterfaceTypeExtensionNode)}
    keyed = [
        d.name.value
        for d in document.definitions
        if isinstance(d, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
        and any(use.name.value == "key" for use in d.directives or ())
    ]
    machinery = DIRECTIVES + ("" if "Query" in names else "type Query { _unused: Int }\n")
    if keyed:
        machinery += f"scalar _Any union _Entity = {' | '.join(sorted(set(keyed)))}\n"
        machinery += "extend type Query { _entities(representations: [_Any!]!): [_Entity]! }\n"
    whole = concat_ast([document, parse(machinery)])
    from graphql import extend_schema

    definitions = [d for d in whole.definitions if not d.kind.endswith("extension")]
    extensions = [d for d in whole.definitions if d.kind.endswith("extension")]
    base = build_ast_schema(DocumentNode(definitions=tuple(definitions)), assume_valid=True)
    if not extensions:
        return base
    return extend_schema(base, DocumentNode(definitions=tuple(extensions)), assume_valid=True)


def _with_bases(document: DocumentNode) -> DocumentNode:
    """Make definitions of extended objects that are not defined, as Federation 1 subgraphs extend."""
    defined = {d.name.value for d in document.definitions if d.kind.endswith("_definition")}
    definitions = [
        ObjectTypeDefinitionNode(**{key: getattr(d, key, None) for key in d.keys if key != "loc"})
        if isinstance(d, ObjectTypeExtensionNode) and d.name.value not in defined
        else d
        for d in document.definitions
    ]
    return DocumentNode(definitions=tuple(definitions))


def _without_links(document: DocumentNode) -> DocumentNode:
    kept = [d for d in document.definitions if d.kind != "schema_extension"]
    return DocumentNode(definitions=tuple(kept))
