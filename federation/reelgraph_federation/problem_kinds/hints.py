"""Hints: composition succeeds, and the subgraphs' owners should know."""

from __future__ import annotations

from .kind import Severity, kinds

HINT_KINDS = {
    **kinds(
        "Warnings",
        Severity.WARN,
        "2.0",
        (
            "INCONSISTENT_INPUT_OBJECT_FIELD",
            "A field of an input object is in some subgraphs only, and so not in the supergraph.",
            "Add the field to the other subgraphs that define the input object.",
        ),
        (
            "INCONSISTENT_ARGUMENT_PRESENCE",
            "An optional argument is in some subgraphs only, and so not in the supergraph.",
            "Add the argument in the other subgraphs that resolve the field.",
        ),
        (
            "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM",
            "A value of an input enum is in some subgraphs only, and so not in the supergraph.",
            "Add the value to the other subgraphs that define the enum.",
        ),
        (
            "INCONSISTENT_DEFAULT_VALUE_PRESENCE",
            "A default is in some subgraphs only, and so not in the supergraph.",
            "Give the same default everywhere, or nowhere.",
        ),
        (
            "INCONSISTENT_DESCRIPTION",
            "Subgraphs describe the same element differently.",
            "Agree on one description, or let one subgraph describe it.",
        ),
        (
            "FROM_SUBGRAPH_DOES_NOT_EXIST",
            "@override names a subgraph that is not composed.",
            "Correct the name if it is misspelled; else remove @override.",
        ),
        (
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE",
            "An executable directive is defined in some subgraphs only, and so not in the supergraph.",
            "Define the directive in all subgraphs, or in none.",
        ),
        (
            "NO_EXECUTABLE_DIRECTIVE_INTERSECTION",
            "The definitions of an executable directive have no location in common.",
            "Define the directive with a common location in all subgraphs.",
        ),
        (
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE",
            "An executable directive is repeatable in some subgraphs only.",
            "Make it repeatable everywhere, or nowhere.",
        ),
        (
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS",
            "An executable directive has different locations; the supergraph has the common ones.",
            "Define the same locations everywhere.",
        ),
        (
            "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
            "A directive has different arguments in different subgraphs; one set was kept.",
            "Use the same arguments everywhere.",
        ),
        (
            "DIRECTIVE_COMPOSITION_WARN",
            "Something about a composed custom directive deserves a look.",
            "See the message.",
        ),
        (
            "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
            "A shared field can return object types in one subgraph that another does not know.",
            "Make sure that the field gives the same object in all subgraphs.",
        ),
    ),
    **kinds(
        "Information",
        Severity.INFO,
        "2.0",
        (
            "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
            "A field has different but compatible types; the supergraph uses the most general.",
            "Nothing need be done; the same type everywhere is simpler.",
        ),
        (
            "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE",
            "An input has different but compatible types; the supergraph uses the strictest.",
            "Nothing need be done; the same type everywhere is simpler.",
        ),
        (
            "INCONSISTENT_ENTITY",
            "A type has a @key in some subgraphs, and none in others.",
            "Add the @key where it is missing if the type is an entity there too.",
        ),
        (
            "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
            "A field is overridden and no longer asked for in its old subgraph.",
            "Remove the field from the old subgraph.",
        ),
        (
            "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED",
            "The field that an @override took over is gone.",
            "Remove @override.",
        ),
        (
            "OVERRIDE_MIGRATION_IN_PROGRESS",
            "A labelled @override moves a field by share or by condition.",
            "When the migration is done, remove the label.",
        ),
        (
            "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
            "A directive has different arguments, which the supergraph merges by the directive's rule.",
            "Check that the merged arguments are what is meant.",
        ),
        (
            "DIRECTIVE_COMPOSITION_INFO",
            "Composed custom directives differ in a way that does not matter.",
            "Nothing need be done.",
        ),
        (
            "IMPLICITLY_UPGRADED_FEDERATION_VERSION",
            "A feature needs a later federation version than the subgraph links.",
            "Link the later version.",
        ),
    ),
    **kinds(
        "Details",
        Severity.DEBUG,
        "2.0",
        (
            "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD",
            "A field of a type without key is in some subgraphs only.",
            "Add the field to the other subgraphs if queries should reach it everywhere.",
        ),
        (
            "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD",
            "A field of an interface is in some subgraphs only.",
            "Add the field to the other subgraphs if they know it.",
        ),
        (
            "INCONSISTENT_UNION_MEMBER",
            "A member of a union is in some subgraphs only.",
            "Add the member to the other subgraphs if they can return it.",
        ),
        (
            "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
            "A value of an output enum is in some subgraphs only.",
            "Add the value to the other subgraphs if they can return it.",
        ),
        (
            "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE",
            "A composed directive is repeatable in some subgraphs only.",
            "Make it repeatable everywhere, or nowhere.",
        ),
        (
            "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS",
            "A composed directive has different locations; the supergraph has all of them.",
            "Define the same locations everywhere.",
        ),
        (
            "UNUSED_ENUM_TYPE",
            "An enum is defined and used nowhere.",
            "Remove it, or use it.",
        ),
    ),
}
