"""Serve a world from graphql-core: unsplit, and one subgraph of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldsOnCorrectTypeRule,
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    KnownArgumentNamesRule,
    KnownTypeNamesRule,
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    ObjectTypeDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    PossibleFragmentSpreadsRule,
    ProvidedRequiredArgumentsRule,
    ScalarLeafsRule,
    UniqueVariableNamesRule,
    ValuesOfCorrectTypeRule,
    VariablesInAllowedPositionRule,
    build_ast_schema,
    execute,
    get_named_type,
    parse,
    validate,
)
from graphql.utilities.coerce_input_value import coerce_default_value

from reelgraph_federation.field_sets import FieldSet
from tests.router.oracle.data import Data, Json
from tests.router.oracle.facts import FieldFacts, SubgraphFacts
from tests.router.oracle.store import (
    FieldFailed,
    Store,
    compute,
    project_representation,
)

Info: TypeAlias = GraphQLResolveInfo[Any]
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


KINDS = ("mutation", "subscription")


@dataclass
class View:
    """An object as a subgraph sees it: the record, and what it was told about it."""

    record: Data
    type_name: str
    representation: Data | None = None
    provided: FieldSet = ()
    parent: View | None = None
    """The object that led here; known in the unsplit schema of a world with contexts."""


class UnsplitServer:
    """Answers from the whole schema, as clients see it."""

    def __init__(self, sdl: str, store: Store, facts: Collection[SubgraphFacts]) -> None:
        self.schema = build_ast_schema(parse(sdl, no_location=True), assume_valid_sdl=True)
        self._store = store
        self._hidden_types = {name for one in facts for name in one.hidden_types}
        self._hidden_values = {name for one in facts for name in one.hidden_values}
        self._members: dict[str, set[str]] = {}
        for one in facts:
            for interface, names in one.implementations.items():
                self._members.setdefault(interface, set()).update(names)
        for one in self.schema.type_map.values():
            if isinstance(one, GraphQLObjectType) and not one.name.startswith("__"):
                for name, definition in one.fields.items():
                    is_enum = isinstance(get_named_type(definition.type), GraphQLEnumType)
                    definition.resolve = self._resolver(name, is_enum)

    def _resolver(self, name: str, is_enum: bool) -> Callable[..., Json]:
        def resolve(source: View, _: Info, **arguments: Json) -> Json:
            value = self._store.field(source.record, name, arguments)
            if is_enum and self._hidden_values:
                value = self._shown(value)
            return self._without_hidden(_wrap(self._store, value, ()))

        return resolve

    def _shown(self, value: Json) -> Json:
        if isinstance(value, list):
            return [self._shown(item) for item in value]
        return None if isinstance(value, str) and value in self._hidden_values else value

    def _without_hidden(self, value: Json) -> Json:
        if isinstance(value, list):
            return [self._without_hidden(item) for item in value]
        if isinstance(value, View) and value.type_name in self._hidden_types:
            return None
        return value

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
        """Return the object types that a type of a representation may be."""
        return sorted(self._members.get(name, {name}))


class SubgraphServer:
    """Answers as one subgraph, strictly: whatever it should not be asked is an error."""

    def __init__(
        self,
        name: str,
        facts: SubgraphFacts,
        document: DocumentNode,
        store: Store,
        unsplit: UnsplitServer,
        overridden: Mapping[tuple[str, str, str], str | None],
        labels: frozenset[str],
    ) -> None:
        self.name = name
        self.facts = facts
        self._store = store
        self._unsplit = unsplit
        self._overridden = overridden
        self._labels = labels
        self.repeated = 0
        self.requests = 0
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
                    self._keep_defaults(one.name, name, definition)
        if entities:
            assert schema.query_type is not None
            schema.query_type.fields["_entities"].resolve = self._entities
        return schema

    def _keep_defaults(self, type_name: str, name: str, definition: GraphQLField) -> None:
        """Remember what absent arguments are, for fields that others require."""
        defaults = {
            key: coerce_default_value(argument)
            for key, argument in definition.args.items()
            if argument.default is not None
        }
        if defaults:
            for member in self._unsplit.members(type_name):
                self._store.defaults[member, name] = defaults

    def answer(self, query: str, variables: dict[str, Any], validated: bool) -> Data:
        """Parse, validate on demand, and execute a request."""
        document = parse(query, no_location=True)
        problems = validate(self.schema, document, RULES) if validated else []
        if problems:
            raise AssertionError(f"{self.name} was sent {query}: {problems}")
        word = query.split("{")[0].split()[:1]
        kind = word[0].capitalize() if word and word[0] in KINDS else "Query"
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
            given = _provided(source.provided, source.record["$type"], name)
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
            below = facts.provides if given is None else (*facts.provides, *given)
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
            if record is not None and self.name not in record.get("$unknown", ()):
                shown = name if name in self.facts.interface_objects else record["$type"]
                return View(record, shown, representation)
        return None


def _provided(fields: FieldSet, type_name: str, name: str) -> FieldSet | None:
    """Return what is provided below a field; None where the field is not provided."""
    found: FieldSet | None = None
    for one in fields:
        below: FieldSet | None = None
        if not one.name:
            if one.on is None or one.on == type_name:
                below = _provided(one.children, type_name, name)
        elif one.name == name:
            below = one.children
        if below is not None:
            found = (*(found or ()), *below)
    return found


def _has_key(representation: Json, key: FieldSet) -> bool:
    """Tell whether a representation has a key. Parts of it may be null, but not the whole."""
    return _selects(representation, key) and any(
        representation[one.name] is not None for one in key
    )


def _selects(value: Json, key: FieldSet) -> bool:
    if isinstance(value, list):
        return all(_selects(item, key) for item in value)
    return isinstance(value, dict) and all(
        one.name in value
        and (value[one.name] is None or not one.children or _selects(value[one.name], one.children))
        for one in key
    )


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
