"""Compiled template → mapping: each GraphQL type says how its field is indexed."""

from __future__ import annotations

import difflib

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from reelgraph_search.definition import (
    DefinitionError,
    FieldOptions,
    Histogram,
    IndexDefinition,
    Problem,
)
from reelgraph_search.index_config.mapping import (
    COMPOSITE,
    RANGED,
    FieldKind,
    IndexMapping,
    MappedField,
)
from reelgraph_search.templates.compiled import CompiledTemplate, TemplateField

_BUILT_IN = {
    "ID": FieldKind.KEYWORD,
    "String": FieldKind.TEXT,
    "Int": FieldKind.INTEGER,
    "Float": FieldKind.DOUBLE,
    "Boolean": FieldKind.BOOLEAN,
    "Date": FieldKind.DATE,
    "DateTime": FieldKind.DATE,
    "UUID": FieldKind.KEYWORD,
}
DEFAULT_ANALYZER = "title"
TYPE_NAME = "__typename"


def derive_mapping(template: CompiledTemplate) -> IndexMapping:
    """Derive the mapping of an index.

    Raises DefinitionError with every option that does not fit its field.
    """
    deriving = _Deriving(template.definition)
    fields = tuple(deriving.field(one, "", False) for one in template.fields)
    mapping = IndexMapping(
        index=template.definition.index,
        root=template.definition.root,
        fields=fields,
        template_fingerprint=template.fingerprint,
    )
    deriving.check_names(mapping)
    if deriving.problems:
        raise DefinitionError(deriving.problems)
    return mapping


class _Deriving:
    def __init__(self, definition: IndexDefinition) -> None:
        self._definition = definition
        self.problems: list[Problem] = []

    def field(self, one: TemplateField, prefix: str, inside_list: bool) -> MappedField:
        path = f"{prefix}{one.response_key}"
        options = self._definition.fields.get(path, FieldOptions())
        depth = _list_depth(one.type)
        named = get_named_type(one.type)
        kind = self._kind(one, path, options)
        many = depth > 0
        if depth > 1 and is_composite_type(named):
            self._problem(path, "a list of lists of objects cannot be indexed", one)
        children = tuple(
            self.field(child, f"{path}.", inside_list or many) for child in one.children.values()
        )
        if is_abstract_type(named):
            children = (*children, _type_name_field(f"{path}.{TYPE_NAME}"))
        self._check(path, kind, options, one, inside_list or many)
        histogram = options.facet.histogram if isinstance(options.facet, Histogram) else None
        return MappedField(
            path=path,
            kind=kind,
            type_name=named.name,
            many=many,
            analyzer=(options.analyzer or DEFAULT_ANALYZER) if kind is FieldKind.TEXT else None,
            boost=options.boost,
            suggest=options.suggest,
            sort=options.sort,
            facet=options.facet is not None,
            histogram=histogram,
            values=tuple(named.values) if isinstance(named, GraphQLEnumType) else (),
            requires_scope=options.requires_scope,
            fields=children,
        )

    def check_names(self, mapping: IndexMapping) -> None:
        """Report options of fields that the template does not select."""
        known = mapping.by_path()
        for path in self._definition.fields:
            if path not in known:
                self._unknown(f"fields.{path}", path, list(known))
        for name in ("suggest_by", "version_field"):
            path = getattr(self._definition, name)
            if path is not None and path not in known:
                self._unknown(name, path, list(known))
        rank = known.get(self._definition.suggest_by or "")
        if rank is not None and not rank.sort:
            self.problems.append(
                Problem("suggest_by", f"`{rank.path}` needs `sort: true` under `fields`")
            )

    def _kind(self, one: TemplateField, path: str, options: FieldOptions) -> FieldKind:
        named = get_named_type(one.type)
        if is_composite_type(named):
            many = _list_depth(one.type) > 0
            return FieldKind.NESTED if many and options.nested else FieldKind.OBJECT
        if isinstance(named, GraphQLEnumType):
            return FieldKind.KEYWORD
        if options.flattened:
            return FieldKind.FLATTENED
        kind = self._definition.scalars.get(named.name, _BUILT_IN.get(named.name))
        if kind is None or kind in COMPOSITE:
            self._problem(
                path,
                f"no rule for the scalar `{named.name}`: name a kind for it under `scalars` "
                "(keyword, text, integer, double, boolean, date), or say `flattened: true`",
                one,
            )
            return FieldKind.KEYWORD
        return kind

    def _check(
        self, path: str, kind: FieldKind, options: FieldOptions, one: TemplateField, many: bool
    ) -> None:
        wrong: list[str] = []
        if kind is not FieldKind.TEXT:
            wrong += ["analyzer"] if options.analyzer else []
            wrong += ["suggest"] if options.suggest else []
        if kind in COMPOSITE or kind is FieldKind.FLATTENED:
            wrong += ["sort"] if options.sort else []
            wrong += ["facet"] if options.facet else []
        for name in wrong:
            self._problem(path, f"`{name}` does not fit a field indexed as {kind.value}", one)
        if options.sort and many and "sort" not in wrong:
            self._problem(path, "`sort` needs a single value; this field is in a list", one)
        if isinstance(options.facet, Histogram) and kind not in RANGED - {FieldKind.DATE}:
            self._problem(path, "a histogram needs a number", one)

    def _unknown(self, where: str, path: str, known: list[str]) -> None:
        near = difflib.get_close_matches(path, known, n=1)
        hint = f", did you mean `{near[0]}`?" if near else ""
        self.problems.append(Problem(where, f"the template does not select `{path}`{hint}"))

    def _problem(self, path: str, message: str, one: TemplateField) -> None:
        self.problems.append(Problem(f"template: {path}", message, one.line, one.column))


def _type_name_field(path: str) -> MappedField:
    return MappedField(path=path, kind=FieldKind.KEYWORD, type_name="String")


def _list_depth(output: GraphQLOutputType) -> int:
    depth = 0
    while isinstance(output, GraphQLNonNull | GraphQLList):
        depth += isinstance(output, GraphQLList)
        output = output.of_type
    return depth
