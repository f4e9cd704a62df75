"""Errors of merging, of overriding and of the proof that every query can be answered."""

from __future__ import annotations

from .kind import Severity, kinds

MERGE_KINDS = {
    **kinds(
        "Merging",
        Severity.ERROR,
        "2.0",
        (
            "TYPE_KIND_MISMATCH",
            "A type has one kind in some subgraphs and another kind in others.",
            "Use one kind, or another name for one of the types.",
        ),
        (
            "FIELD_TYPE_MISMATCH",
            "A field has types in different subgraphs that do not fit together.",
            "Make the types agree; they may differ in nullability, and by interface or union.",
        ),
        (
            "FIELD_ARGUMENT_TYPE_MISMATCH",
            "An argument has types in different subgraphs that do not fit together.",
            "Make the types agree; they may differ in nullability.",
        ),
        (
            "FIELD_ARGUMENT_DEFAULT_MISMATCH",
            "An argument has different defaults in different subgraphs.",
            "Give it the same default everywhere.",
        ),
        (
            "INPUT_FIELD_DEFAULT_MISMATCH",
            "A field of an input object has different defaults in different subgraphs.",
            "Give it the same default everywhere.",
        ),
        (
            "INPUT_FIELD_MERGE_FAILED",
            "A field of an input object cannot be merged.",
            "Make its definitions agree in all subgraphs.",
        ),
        (
            "EXTENSION_WITH_NO_BASE",
            "A type is only extended, and no subgraph defines it.",
            "Define the type in a subgraph, or remove the word extend.",
        ),
        (
            "INVALID_FIELD_SHARING",
            "A field is resolved by several subgraphs, and not all of them mark it @shareable.",
            "Mark it @shareable in all of them if they give the same value, else @external or "
            "@override it.",
        ),
        (
            "INVALID_SHAREABLE_USAGE",
            "@shareable stands where it has no meaning, as on fields of interfaces.",
            "Put @shareable on the fields of object types.",
        ),
        (
            "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
            "A shared field returns an interface or union whose object types have none in common "
            "between two subgraphs.",
            "Let the subgraphs know common object types, or do not share the field.",
        ),
        (
            "INTERFACE_FIELD_NO_IMPLEM",
            "After merging, a type lacks a field of an interface that it implements.",
            "Add the field to the type in the subgraph named, or remove it from the interface.",
        ),
        (
            "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
            "An argument is required in one subgraph and does not exist in another.",
            "Add the argument everywhere, or make it optional.",
        ),
        (
            "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
            "A field of an input object is required in one subgraph and does not exist in another.",
            "Add the field everywhere, or make it optional.",
        ),
        (
            "EMPTY_MERGED_INPUT_TYPE",
            "An input object has no field that all of its subgraphs define.",
            "Give the subgraphs a common field, or different names for the input objects.",
        ),
        (
            "ENUM_VALUE_MISMATCH",
            "An enum used both for input and for output differs between subgraphs.",
            "Define the same values everywhere, or mark the value @inaccessible while it is rolled "
            "out.",
        ),
        (
            "EMPTY_MERGED_ENUM_TYPE",
            "An enum used for input has no value that all of its subgraphs define.",
            "Give the subgraphs a common value, or different names for the enums.",
        ),
        (
            "SATISFIABILITY_ERROR",
            "The merged schema would allow a query that the subgraphs cannot answer.",
            "Add a @key that leads to the field, or resolve the field where the query stands.",
        ),
    ),
    **kinds(
        "Overriding",
        Severity.ERROR,
        "2.0",
        (
            "OVERRIDE_FROM_SELF_ERROR",
            "A field overrides the field of its own subgraph.",
            "Name the subgraph from which the field moves, or remove @override.",
        ),
        (
            "OVERRIDE_SOURCE_HAS_OVERRIDE",
            "A field overrides a field that itself overrides another.",
            "Remove @override from the source, so that one subgraph has the last word.",
        ),
        (
            "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
            "@override meets @external, @provides or @requires on the same field or on the overridden "
            "one, or a field of an @interfaceObject.",
            "Remove the other directive, or move the field without @override.",
        ),
        (
            "OVERRIDE_ON_INTERFACE",
            "@override stands on a field of an interface, which no subgraph resolves by itself.",
            "Put @override on the fields of the implementing object types.",
        ),
        (
            "OVERRIDE_LABEL_INVALID",
            "The label of @override is neither a name nor percent(n).",
            "Write a letter followed by letters, digits, _ - : . or /, or percent(0) to "
            "percent(100).",
        ),
    ),
}
