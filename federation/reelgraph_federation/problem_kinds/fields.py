"""Errors of field sets and of external fields."""

from __future__ import annotations

from .kind import ProblemKind, Severity, kinds


def _field_set_kinds(directive: str, prefix: str) -> dict[str, ProblemKind]:
    return kinds(
        "Field sets",
        Severity.ERROR,
        "2.0",
        (
            f"{prefix}_INVALID_FIELDS",
            f'The argument "fields" of {directive} cannot be read, or names a field that does not '
            "exist.",
            "Write a selection of existing fields, without outer braces, aliases and variables.",
        ),
        (
            f"{prefix}_INVALID_FIELDS_TYPE",
            f'The argument "fields" of {directive} is not a string.',
            'Put the field set in quotes: fields: "id".',
        ),
        (
            f"{prefix}_DIRECTIVE_IN_FIELDS_ARG",
            f'The argument "fields" of {directive} contains a directive.',
            "Remove the directive from the field set.",
        ),
    )


FIELD_KINDS = {
    **_field_set_kinds("@key", "KEY"),
    **_field_set_kinds("@requires", "REQUIRES"),
    **_field_set_kinds("@provides", "PROVIDES"),
    **kinds(
        "Field sets",
        Severity.ERROR,
        "2.0",
        (
            "KEY_UNSUPPORTED_ON_INTERFACE",
            "@key stands on an interface, and the linked federation version is older than v2.3.",
            "Link federation v2.3 or later, or remove the @key.",
        ),
        (
            "REQUIRES_UNSUPPORTED_ON_INTERFACE",
            "@requires stands on a field of an interface, which no subgraph resolves by itself.",
            "Put @requires on the fields of the implementing object types.",
        ),
        (
            "PROVIDES_UNSUPPORTED_ON_INTERFACE",
            "@provides stands on a field of an interface, which no subgraph resolves by itself.",
            "Put @provides on the fields of the implementing object types.",
        ),
        (
            "KEY_FIELDS_HAS_ARGS",
            "A field selected by a @key has arguments, so that its value may vary.",
            "Use a field without arguments as key.",
        ),
        (
            "PROVIDES_FIELDS_HAS_ARGS",
            "A field selected by @provides has arguments, so that its value may vary.",
            "Provide a field without arguments.",
        ),
        (
            "REQUIRES_FIELDS_MISSING_EXTERNAL",
            "@requires selects a field that is not @external, so that nothing needs to be fetched.",
            "Mark the field @external, or remove it from @requires.",
        ),
        (
            "PROVIDES_FIELDS_MISSING_EXTERNAL",
            "@provides selects a field that is not @external: the subgraph has it at all times.",
            "Mark the field @external, or remove it from @provides.",
        ),
        (
            "KEY_FIELDS_SELECT_INVALID_TYPE",
            "A @key selects an interface or a union, by which entities cannot be found.",
            "Use scalar or enum fields as key, fields of nested object types, or lists of these.",
        ),
        (
            "PROVIDES_ON_NON_OBJECT_FIELD",
            "@provides stands on a field that returns no object, interface or union.",
            "Remove @provides from the field.",
        ),
    ),
    **kinds(
        "External fields",
        Severity.ERROR,
        "2.0",
        (
            "EXTERNAL_UNUSED",
            "A field is @external, and no @key, @requires, @provides or interface uses it.",
            "Remove the field from the subgraph, or remove @external if the subgraph resolves it.",
        ),
        (
            "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
            "A Federation 1 type consists only of external fields that nothing uses.",
            "Remove the type from the subgraph.",
        ),
        (
            "EXTERNAL_TYPE_MISMATCH",
            "The type of an @external field does not fit the field that it stands for.",
            "Give it the type that it has where it is resolved.",
        ),
        (
            "EXTERNAL_ARGUMENT_MISSING",
            "An @external field lacks an argument of the field that it stands for.",
            "Declare the argument on the external field too.",
        ),
        (
            "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
            "An argument of an @external field has another type than where the field is resolved.",
            "Give the argument the type that it has where the field is resolved.",
        ),
        (
            "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
            "An argument of an @external field has another default than where the field is resolved.",
            "Give the argument the default that it has where the field is resolved.",
        ),
        (
            "EXTERNAL_ON_INTERFACE",
            "@external stands on a field of an interface, where it means nothing.",
            "Put @external on the fields of the implementing object types.",
        ),
        (
            "EXTERNAL_MISSING_ON_BASE",
            "A field is @external in every subgraph that has it, so that none resolves it.",
            "Define the field in the subgraph that resolves it, or remove @external there.",
        ),
        (
            "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
            "A field is @external and has another directive that only a resolved field can have.",
            "Remove one of the two directives.",
        ),
        (
            "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
            "A directive that is carried into the supergraph stands on an @external field.",
            "Put the directive on the field in the subgraph that resolves it.",
        ),
    ),
}
