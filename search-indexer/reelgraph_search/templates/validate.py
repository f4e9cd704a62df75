"""Template and definition → compiled template, checked against the API schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    NoUnusedFragmentsRule,
    SelectionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_composite_type,
    is_non_null_type,
    is_object_type,
    parse,
    print_ast,
    specified_rules,
    strip_ignored_characters,
    validate,
    visit,
)

from reelgraph_search.definition import DefinitionError, IndexDefinition, Problem
from reelgraph_search.templates.compiled import (
    INDEX_FIELD,
    CompiledTemplate,
    TemplateField,
    ref_alias,
)
from reelgraph_search.templates.graph_facts import GraphFacts
from reelgraph_search.templates.parse import main_fragment, parse_template, problem_at

DEEPEST = 6
MOST_FIELDS = 1_000


def compile_template(definition: IndexDefinition, facts: GraphFacts) -> CompiledTemplate:
    """Check a definition's template and queries against a supergraph and prepare them.

    Raises DefinitionError with all problems and their positions.
    """
    root = _root_type(definition, facts)
    document = parse_template(definition.template, definition.root)
    _validate(document, facts)
    tree = _Tree(document, facts).build(root)
    _limit(tree)
    entities = _visited(tree, definition, facts)
    queries = _Queries(definition, facts)
    vital = _vital(tree, facts)
    return CompiledTemplate(
        definition=definition,
        fields=tuple(tree.values()),
        visited=entities,
        keys={name: facts.keys[name] for name in sorted(entities)},
        operation=_fetch_operation(document, definition, facts),
        inverse_operations=queries.inverse(entities),
        roots_operation=queries.roots(),
        vital=vital,
        warnings=(*_without_vital(vital, definition), *_warnings(tree, definition, facts)),
    )


def _root_type(definition: IndexDefinition, facts: GraphFacts) -> GraphQLObjectType:
    root = facts.schema.type_map.get(definition.root)
    if not isinstance(root, GraphQLObjectType):
        raise DefinitionError(
            [Problem("root", f"the graph has no object type `{definition.root}`")]
        )
    key = facts.keys.get(definition.root)
    if key is None:
        raise DefinitionError(
            [Problem("root", f"`{definition.root}` has no @key that a subgraph resolves")]
        )
    if key != (definition.key,):
        raise DefinitionError(
            [
                Problem(
                    "key",
                    f"the key of `{definition.root}` is `{' '.join(key)}`, not "
                    f"`{definition.key}`; a root needs a key of one field",
                )
            ]
        )
    return root


def _validate(document: DocumentNode, facts: GraphFacts) -> None:
    rules = [rule for rule in specified_rules if rule is not NoUnusedFragmentsRule]
    errors = validate(facts.schema, document, rules)
    if errors:
        raise DefinitionError([_problem("template", error) for error in errors])


def _problem(where: str, error: GraphQLError) -> Problem:
    line, column = error.locations[0] if error.locations else (None, None)
    return Problem(where, error.message, line, column)


class _Tree:
    """Merge the selections of all fragments into one tree of response keys."""

    def __init__(self, document: DocumentNode, facts: GraphFacts) -> None:
        self._facts = facts
        self._main = main_fragment(document)
        self._fragments = {
            one.name.value: one
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }

    def build(self, root: GraphQLObjectType) -> dict[str, TemplateField]:
        found: dict[str, TemplateField] = {}
        self._add(self._main.selection_set, root, found)
        return found

    def _add(
        self,
        selections: SelectionSetNode,
        parent: GraphQLNamedType,
        into: dict[str, TemplateField],
    ) -> None:
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                self._add_field(selection, parent, into)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self._fragments[selection.name.value]
                inner = self._facts.schema.type_map[fragment.type_condition.name.value]
                self._add(fragment.selection_set, inner, into)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = self._facts.schema.type_map[condition.name.value] if condition else parent
                self._add(selection.selection_set, inner, into)

    def _add_field(
        self, node: FieldNode, parent: GraphQLNamedType, into: dict[str, TemplateField]
    ) -> None:
        name = node.name.value
        key = node.alias.value if node.alias else name
        if name.startswith("__"):
            return
        if key.startswith("_"):
            raise DefinitionError(
                [problem_at(f"`{key}`: names that begin with _ are the indexer's", node)]
            )
        assert node.loc is not None
        token = node.loc.start_token
        field_type = cast(GraphQLOutputType, cast(Any, parent).fields[name].type)
        entry = into.setdefault(
            key, TemplateField(key, name, parent.name, field_type, token.line, token.column)
        )
        if node.selection_set is not None:
            self._add(node.selection_set, get_named_type(field_type), entry.children)


def _limit(tree: dict[str, TemplateField]) -> None:
    all_fields = [item for entry in tree.values() for item in entry.walk()]
    problems = [
        Problem("template", f"`{path}` is deeper than {DEEPEST} levels", one.line, one.column)
        for path, one in all_fields
        if path.count(".") + 1 > DEEPEST
    ]
    if len(all_fields) > MOST_FIELDS:
        problems.append(
            Problem("template", f"{len(all_fields):,} fields; at most {MOST_FIELDS:,} are allowed")
        )
    if problems:
        raise DefinitionError(problems)


def _visited(
    tree: dict[str, TemplateField], definition: IndexDefinition, facts: GraphFacts
) -> frozenset[str]:
    named = (get_named_type(one.type) for entry in tree.values() for _, one in entry.walk())
    entities = {name for one in named for name in facts.entities_at(one)}
    return frozenset({definition.root, *entities})


def _fetch_operation(document: DocumentNode, definition: IndexDefinition, facts: GraphFacts) -> str:
    """The operation by which the router fetches documents, keys of all entities added."""
    info = TypeInfo(facts.schema)
    with_keys = visit(document, TypeInfoVisitor(info, _AddKeys(info, facts)))
    name = main_fragment(document).name.value
    query = (
        f"query Index_{definition.index}($ids: [ID!]!) {{ "
        f"{INDEX_FIELD}(index: {definition.enum_value}, ids: $ids) "
        f"{{ __typename ... on {definition.root} {{ ...{name} }} }} }}"
    )
    return strip_ignored_characters(f"{query} {print_ast(with_keys)}")


class _AddKeys(Visitor):
    """Add `__typename` and, under names of their own, the key fields of each entity passed."""

    def __init__(self, info: TypeInfo, facts: GraphFacts) -> None:
        super().__init__()
        self._info = info
        self._facts = facts

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        parent = self._info.get_parent_type()
        assert parent is not None
        added: list[SelectionNode] = [_field("__typename")]
        for entity in self._facts.entities_at(parent):
            keys = [_field(key, ref_alias(entity, key)) for key in self._facts.keys[entity]]
            if is_object_type(parent):
                added += keys
            else:
                added.append(
                    InlineFragmentNode(
                        type_condition=NamedTypeNode(name=NameNode(value=entity)),
                        directives=(),
                        selection_set=SelectionSetNode(selections=tuple(keys)),
                    )
                )
        return SelectionSetNode(selections=(*node.selections, *added))


def _field(name: str, alias: str | None = None) -> FieldNode:
    return FieldNode(
        alias=NameNode(value=alias) if alias else None,
        name=NameNode(value=name),
        arguments=(),
        directives=(),
    )


class _Queries:
    """The definition's own queries: lists of roots, and the way back from a changed entity."""

    def __init__(self, definition: IndexDefinition, facts: GraphFacts) -> None:
        self._definition = definition
        self._facts = facts

    def roots(self) -> str:
        """The connection that lists all roots, in pages."""
        variables = {"first": "Int!", "after": "String"}
        return self._checked("roots", _query("Roots", self._definition.roots, variables))

    def inverse(self, visited: frozenset[str]) -> dict[str, str]:
        """For each type, the query from its key to the roots concerned."""
        operations: dict[str, str] = {}
        for type_name, query in self._definition.inverse.items():
            where = f"inverse.{type_name}"
            keys = self._facts.keys.get(type_name)
            if keys is None:
                raise DefinitionError([Problem(where, f"`{type_name}` is not an entity")])
            variables = dict.fromkeys(keys, "ID!")
            operations[type_name] = self._checked(where, _query("Inverse", query, variables))
        return operations

    def _checked(self, where: str, text: str) -> str:
        try:
            document = parse(text)
        except GraphQLError as error:
            raise DefinitionError([_problem(where, error)]) from None
        errors = validate(self._facts.schema, document)
        if errors:
            raise DefinitionError([Problem(where, error.message) for error in errors])
        finder = _RootKeys(TypeInfo(self._facts.schema), self._definition)
        visit(document, TypeInfoVisitor(finder.info, finder))
        if not finder.found:
            raise DefinitionError(
                [
                    Problem(
                        where,
                        f"selects no `{self._definition.key}` of `{self._definition.root}`, so no "
                        "document can be found by it",
                    )
                ]
            )
        info = TypeInfo(self._facts.schema)
        with_keys = visit(document, TypeInfoVisitor(info, _AddKeys(info, self._facts)))
        return strip_ignored_characters(print_ast(with_keys))


def _query(name: str, selection: str, variables: Mapping[str, str]) -> str:
    """An operation that declares those of the variables that its text uses."""
    used = [one for one in variables if re.search(rf"\${one}\b", selection)]
    declared = ", ".join(f"${one}: {variables[one]}" for one in used)
    return f"query {name}{f'({declared})' if declared else ''} {{ {selection} }}"


class _RootKeys(Visitor):
    def __init__(self, info: TypeInfo, definition: IndexDefinition) -> None:
        super().__init__()
        self.info = info
        self.found = False
        self._definition = definition

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self.info.get_parent_type()
        if parent is not None and parent.name == self._definition.root:
            self.found = self.found or node.name.value == self._definition.key


def _vital(tree: dict[str, TemplateField], facts: GraphFacts) -> frozenset[str]:
    """Non-null fields of the root that its owner resolves: null there means that it is gone."""
    return frozenset(
        one.response_key
        for one in tree.values()
        if is_non_null_type(one.type)
        and facts.owners.get(one.parent_type)
        in facts.resolvers.get((one.parent_type, one.name), frozenset())
    )


def _without_vital(vital: frozenset[str], definition: IndexDefinition) -> list[str]:
    if vital:
        return []
    return [
        f"the template selects no field of {definition.root} that is never null and that its owner "
        "resolves: a deleted entity cannot be told from one that could not be fetched"
    ]


def _warnings(
    tree: dict[str, TemplateField], definition: IndexDefinition, facts: GraphFacts
) -> list[str]:
    """Fields whose changes may pass unnoticed: another subgraph than the owner resolves them."""
    covered = {*definition.inverse, *definition.affects}
    warnings: list[str] = []
    for entry in tree.values():
        for path, one in entry.walk():
            resolvers = facts.resolvers.get((one.parent_type, one.name), frozenset())
            owner = facts.owners.get(one.parent_type)
            if owner is None or not resolvers or owner in resolvers:
                continue
            named = get_named_type(one.type)
            subgraphs = ", ".join(sorted(resolvers))
            if is_composite_type(named):
                if not covered.intersection(facts.entities_at(named) or (named.name,)):
                    warnings.append(
                        f"`{path}` is resolved by {subgraphs}, not by {owner}: a new "
                        f"{named.name} is noticed only if it is named under `inverse`, or under "
                        "`affects` because its events name what they affect"
                    )
            elif definition.root not in definition.affects:
                warnings.append(
                    f"`{path}` is resolved by {subgraphs}, not by {owner}: it is as fresh as the "
                    f"changes of {one.parent_type} that {subgraphs} publishes"
                )
    return warnings
