"""Serve a world from graphql-core: unsplit, and one subgraph of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    ExecutionResult,
    FieldDefinitionNode,
    FieldsOnCorrectTypeRule,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    KnownArgumentNamesRule,
    KnownTypeNamesRule,
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    ObjectTypeDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    PossibleFragmentSpreadsRule,
    ProvidedRequiredArgumentsRule,
    ScalarLeafsRule,
    SchemaExtensionNode,
    UniqueVariableNamesRule,
    ValuesOfCorrectTypeRule,
    VariablesInAllowedPositionRule,
    Visitor,
    build_ast_schema,
    execute,
    parse,
    validate,
    value_from_ast_untyped,
    visit,
)

from reelgraph_federation.field_sets import FieldSet, parse_field_set
from tests.router.oracle.store import (
    Data,
    FieldFailed,
    Json,
    Store,
    compute,
    project_representation,
)

Info: TypeAlias = GraphQLResolveInfo[Any]
KEPT = {"deprecated", "specifiedBy", "oneOf"}
RULES = (
    FieldsOnCorrectTypeRule,
    KnownArgumentNamesRule,
    KnownTypeNamesRule,
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    OverlappingFieldsCanBeMergedRule,
    PossibleFragmentSpreadsRule,
    ProvidedRequiredArgumentsRule,
    ScalarLeafsRule,
    UniqueVariableNamesRule,
    ValuesOfCorrectTypeRule,
    VariablesInAllowedPositionRule,
)
"""The rules that a planner could break."""


@dataclass
class FieldFacts:
    requires: FieldSet = ()
    provides: FieldSet = ()
    external: bool = False
    override_from: str | None = None
    label: str | None = None


@dataclass
class SubgraphFacts:
    """What the directives of a subgraph's SDL say."""

    fields: dict[tuple[str, str], FieldFacts] = field(default_factory=dict)
    keys: dict[str, list[tuple[FieldSet, bool]]] = field(default_factory=dict)
    interface_objects: set[str] = field(default_factory=set)


def read_facts(sdl: str) -> tuple[SubgraphFacts, DocumentNode]:
    """Return the facts of a subgraph and its document without federation's directives."""
    document = parse(sdl, no_location=True)
    facts = SubgraphFacts()
    for node in document.definitions:
        if isinstance(node, (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode)):
            name = node.name.value
            for directive in node.directives or ():
                if directive.name.value == "key":
                    values = _values(directive)
                    key = parse_field_set(str(values["fields"]))
                    resolvable = values.get("resolvable", True) is True
                    facts.keys.setdefault(name, []).append((key, resolvable))
                elif directive.name.value == "interfaceObject":
                    facts.interface_objects.add(name)
            for one in node.fields or ():
                facts.fields[name, one.name.value] = _field_facts(one)
    return facts, visit(document, _Stripper())


def _field_facts(node: FieldDefinitionNode) -> FieldFacts:
    facts = FieldFacts()
    for directive in node.directives or ():
        values = _values(directive)
        match directive.name.value:
            case "requires":
                facts.requires = parse_field_set(str(values["fields"]))
            case "provides":
                facts.provides = parse_field_set(str(values["fields"]))
            case "external":
                facts.external = True
            case "override":
                facts.override_from = str(values["from"])
                facts.label = str(values["label"]) if "label" in values else None
    return facts


def _values(directive: ConstDirectiveNode) -> dict[str, object]:
    return {one.name.value: getattr(one.value, "value", None) for one in directive.arguments or ()}


class _Stripper(Visitor):
    def enter_directive(self, node: ConstDirectiveNode, *_: object) -> object:
        return None if node.name.value in KEPT else self.REMOVE

    def enter_schema_extension(self, node: SchemaExtensionNode, *_: object) -> object:
        return self.REMOVE


@dataclass
class View:
    """An object as a subgraph sees it: the record, and what it was told about it."""

    record: Data
    type_name: str
    representation: Data | None = None
    provided: FieldSet = ()


class UnsplitServer:
    """Answers from the whole schema."""

    def __init__(self, sdl: str, store: Store) -> None:
        self.schema = build_ast_schema(parse(sdl), assume_valid_sdl=True)
        self._store = store
        for one in self.schema.type_map.values():
            if isinstance(one, GraphQLObjectType) and not one.name.startswith("__"):
                for name, definition in one.fields.items():
                    definition.resolve = self._resolver(name)
                    store.defaults[one.name, name] = {
                        key: value_from_ast_untyped(argument.ast_node.default_value)
                        for key, argument in definition.args.items()
                        if argument.ast_node is not None and argument.ast_node.default_value
                    }

    def _resolver(self, name: str) -> Callable[..., Json]:
        def resolve(source: View, _: Info, **arguments: Json) -> Json:
            value = self._store.field(source.record, name, arguments)
            return _wrap(self._store, value, ())

        return resolve

    def answer(self, document: DocumentNode, variables: Data, kind: str) -> ExecutionResult:
        """Execute a valid operation."""
        root = View(self._store.root(kind), kind)
        result = execute(
            self.schema,
            document,
            root_value=root,
            variable_values=variables,
            type_resolver=_type_of,
        )
        assert isinstance(result, ExecutionResult)
        return result

    def members(self, name: str) -> list[str]:
        """Return the object types that a type may be."""
        one = self.schema.type_map.get(name)
        if one is None:
            return []
        if isinstance(one, GraphQLObjectType):
            return [name]
        return [member.name for member in self.schema.get_possible_types(one)]  # type: ignore[arg-type]


class SubgraphServer:
    """Answers as one subgraph, strictly: whatever it should not be asked is an error."""

    def __init__(
        self,
        name: str,
        sdl: str,
        store: Store,
        unsplit: UnsplitServer,
        overridden: Mapping[tuple[str, str, str], str | None],
        labels: frozenset[str],
    ) -> None:
        self.name = name
        self.facts, document = read_facts(sdl)
        self._store = store
        self._unsplit = unsplit
        self._overridden = overridden
        self._labels = labels
        self.repeated = 0
        self.schema = self._build(document)

    def _build(self, document: DocumentNode) -> GraphQLSchema:
        entities = [
            name
            for name in self.facts.keys
            if any(
                isinstance(one, ObjectTypeDefinitionNode) and one.name.value == name
                for one in document.definitions
            )
        ]
        extra = "scalar _Any\n"
        has_query = any(
            isinstance(one, ObjectTypeDefinitionNode) and one.name.value == "Query"
            for one in document.definitions
        )
        if entities:
            extra += f"union _Entity = {' | '.join(entities)}\n"
            extra += "extend type Query" if has_query else "type Query"
            extra += " { _entities(representations: [_Any!]!): [_Entity]! }\n"
        elif not has_query:
            extra += "type Query { _nothing: Int }\n"
        nodes = (*document.definitions, *parse(extra, no_location=True).definitions)
        schema = build_ast_schema(DocumentNode(definitions=nodes), assume_valid_sdl=True)
        for one in schema.type_map.values():
            if isinstance(one, GraphQLObjectType) and not one.name.startswith("__"):
                for name, definition in one.fields.items():
                    definition.resolve = self._resolver(one.name, name)
        if entities:
            assert schema.query_type is not None
            schema.query_type.fields["_entities"].resolve = self._entities
        return schema

    def answer(self, query: str, variables: dict[str, Any]) -> Data:
        """Parse, validate and execute a request."""
        document = parse(query)
        problems = validate(self.schema, document, RULES)
        if problems:
            raise AssertionError(f"{self.name} was sent {query}: {problems}")
        kind = "Mutation" if query.lstrip().startswith("mutation") else "Query"
        result = execute(
            self.schema,
            document,
            root_value=View(self._store.root(kind), kind),
            variable_values=variables,
            type_resolver=_type_of,
        )
        assert isinstance(result, ExecutionResult)
        for error in result.errors or ():
            if not isinstance(error.original_error, (FieldFailed, type(None))):
                raise AssertionError(f"{self.name} was sent {query}: {error}")
        return dict(result.formatted)

    def _resolver(self, type_name: str, name: str) -> Callable[..., Json]:
        facts = self.facts.fields.get((type_name, name), FieldFacts())
        is_key = any(
            one.name == name for key, _ in self.facts.keys.get(type_name, []) for one in key
        )

        def resolve(source: View, _: Info, **arguments: Json) -> Json:
            self._check_override(type_name, name, facts)
            given = next((one for one in source.provided if one.name == name), None)
            if facts.external and given is None and not is_key:
                raise AssertionError(f"{type_name}.{name} is external in {self.name}")
            if facts.requires:
                assert source.representation is not None, f"{type_name}.{name} without inputs"
                try:
                    inputs = project_representation(source.representation, facts.requires)
                except LookupError as error:
                    if self._store.has_errors:
                        raise FieldFailed("an input failed") from error
                    raise
                return compute(name, inputs)
            value = self._store.field(source.record, name, arguments)
            below = given.children if given is not None else facts.provides
            return _wrap(self._store, value, below)

        return resolve

    def _check_override(self, type_name: str, name: str, facts: FieldFacts) -> None:
        if facts.label is not None and facts.label not in self._labels:
            raise AssertionError(f"{type_name}.{name} of {self.name} is not in force yet")
        key = (self.name, type_name, name)
        if key in self._overridden:
            label = self._overridden[key]
            if label is None or label in self._labels:
                raise AssertionError(f"{type_name}.{name} of {self.name} is overridden")

    def _entities(self, _: object, info: Info, representations: list[Data]) -> list[Json]:
        texts = [repr(sorted(one.items(), key=str)) for one in representations]
        self.repeated += len(texts) - len(set(texts))
        return [self._entity(one) for one in representations]

    def _entity(self, representation: Data) -> Json:
        name = representation["__typename"]
        keys = [key for key, resolvable in self.facts.keys.get(name, []) if resolvable]
        if not any(_has_key(representation, key) for key in keys):
            raise AssertionError(f"{self.name} was sent {representation} without a key of {name}")
        for member in self._unsplit.members(name):
            record = self._store.find(member, representation)
            if record is not None:
                shown = name if name in self.facts.interface_objects else record["$type"]
                return View(record, shown, representation)
        return None


def _has_key(representation: Json, key: FieldSet) -> bool:
    for one in key:
        if not isinstance(representation, dict) or representation.get(one.name) is None:
            return False
        if one.children and not _has_key(representation[one.name], one.children):
            return False
    return True


def _wrap(store: Store, value: Json, provided: FieldSet) -> Json:
    if isinstance(value, list):
        return [_wrap(store, item, provided) for item in value]
    if isinstance(value, dict):
        if "$error" in value:
            return FieldFailed(value["$error"])
        record = store.deref(value)
        return View(record, record["$type"], None, provided)
    return value


def _type_of(value: View, info: Info, _: object) -> str:
    return value.type_name
