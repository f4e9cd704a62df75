"""Errors of inaccessible elements, interface entities, contexts, costs, access and cache tags."""

from __future__ import annotations

from .kind import Severity, kinds

SPEC_KINDS = {
    **kinds(
        "Inaccessible elements",
        Severity.ERROR,
        "2.0",
        (
            "REFERENCED_INACCESSIBLE",
            "A visible element refers to an @inaccessible type.",
            "Hide the referring element too, or show the type.",
        ),
        (
            "DEFAULT_VALUE_USES_INACCESSIBLE",
            "A visible default value uses an @inaccessible enum value or input field.",
            "Change the default, hide its element, or show what it uses.",
        ),
        (
            "QUERY_ROOT_TYPE_INACCESSIBLE",
            "The query root is @inaccessible, so that nothing can be asked.",
            "Remove @inaccessible from the query root.",
        ),
        (
            "REQUIRED_INACCESSIBLE",
            "An argument or input field is @inaccessible and required by a visible element.",
            "Give it a default, make it optional, or show it.",
        ),
        (
            "DISALLOWED_INACCESSIBLE",
            "@inaccessible stands on a built-in or federation element that may not be hidden.",
            "Remove @inaccessible from it.",
        ),
        (
            "IMPLEMENTED_BY_INACCESSIBLE",
            "An @inaccessible field or argument implements one of a visible interface.",
            "Hide it on the interface too, or show it.",
        ),
        (
            "ONLY_INACCESSIBLE_CHILDREN",
            "All fields, members or values of a visible type are @inaccessible.",
            "Hide the type too, or show one of them.",
        ),
    ),
    **kinds(
        "Interface entities",
        Severity.ERROR,
        "2.3",
        (
            "INTERFACE_OBJECT_USAGE_ERROR",
            "@interfaceObject is used without a @key, beside implementations, or without the interface.",
            "Give the type a @key that the interface has, and no implementations in that subgraph.",
        ),
        (
            "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
            "An interface has a @key that one of its implementations in the subgraph lacks.",
            "Add the same @key to each implementation.",
        ),
        (
            "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
            "A subgraph with a @key on an interface does not define all of its implementations.",
            "Define every implementation of the interface in that subgraph.",
        ),
    ),
    **kinds(
        "Contexts",
        Severity.ERROR,
        "2.8",
        (
            "CONTEXT_NOT_SET",
            "@fromContext names a context that no type of the subgraph sets.",
            "Put @context(name:) on a type above the field, in the same subgraph.",
        ),
        (
            "CONTEXT_INVALID_SELECTION",
            "The selection of @fromContext is not exactly one field on each type of the context.",
            'Select one field without alias and directive: field: "$user { locale }".',
        ),
        (
            "NO_CONTEXT_IN_SELECTION",
            "The value of @fromContext names no context.",
            'Begin with the context\'s name: field: "$user { locale }".',
        ),
        (
            "CONTEXT_NO_RESOLVABLE_KEY",
            "A type with a @fromContext argument has no resolvable key to be entered by.",
            "Give the type a resolvable @key in that subgraph.",
        ),
        (
            "CONTEXT_NAME_INVALID",
            "The name of a @context is not made of letters and digits.",
            "Use a letter followed by letters and digits.",
        ),
        (
            "CONTEXT_NAME_CONTAINS_UNDERSCORE",
            "The name of a @context contains an underscore, which separates it from its subgraph.",
            "Use a letter followed by letters and digits.",
        ),
        (
            "NO_CONTEXT_REFERENCED",
            'The value of @fromContext lacks the "$name" of a context.',
            'Begin with the context\'s name: field: "$user { locale }".',
        ),
        (
            "NO_SELECTION_FOR_CONTEXT",
            "The value of @fromContext selects nothing for a type that sets the context.",
            "Add a selection, or an inline fragment, for each type that sets the context.",
        ),
        (
            "CONTEXT_SELECTION_INVALID",
            "The selection of @fromContext selects a field that the context's type does not have.",
            "Select an existing field.",
        ),
        (
            "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
            "An argument comes from a context in one subgraph, and from clients in another.",
            "Use @fromContext in all subgraphs, or make the argument optional where it is not.",
        ),
    ),
    **kinds(
        "Costs",
        Severity.ERROR,
        "2.9",
        (
            "COST_APPLIED_TO_INTERFACE_FIELD",
            "@cost stands on a field of an interface; costs belong to concrete types.",
            "Put @cost on the fields of the implementing object types.",
        ),
        (
            "LIST_SIZE_APPLIED_TO_NON_LIST",
            "@listSize stands on a field that is no list and names no sized fields.",
            "Remove @listSize, or name sizedFields.",
        ),
        (
            "LIST_SIZE_INVALID_ASSUMED_SIZE",
            "The assumedSize of @listSize is negative.",
            "Give a size of 0 or more.",
        ),
        (
            "LIST_SIZE_INVALID_SLICING_ARGUMENT",
            "slicingArguments of @listSize names what is not an argument of type Int.",
            "Name arguments of the field whose type is Int or Int!.",
        ),
        (
            "LIST_SIZE_INVALID_SIZED_FIELD",
            "sizedFields of @listSize names what is not a list field of the returned type.",
            "Name list fields of the type that the field returns.",
        ),
        (
            "LIST_SIZE_INVALID_REQUIRE_ONE_SLICING_ARGUMENT",
            "requireOneSlicingArgument of @listSize is set, and there are no slicingArguments.",
            "Name slicingArguments, or remove requireOneSlicingArgument.",
        ),
        (
            "DIRECTIVE_COST_INVALID_WEIGHT",
            "The weight of @cost is not an integer.",
            "Write an integer: @cost(weight: 5).",
        ),
    ),
    **kinds(
        "Access",
        Severity.ERROR,
        "2.5",
        (
            "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
            "@authenticated, @requiresScopes or @policy stands on an interface or its field.",
            "Put it on the implementing object types and their fields.",
        ),
        (
            "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
            "A field requires, or takes from a context, data that is better protected than itself.",
            "Give the field at least the protection of what it depends on.",
        ),
    ),
    **kinds(
        "Cache tags",
        Severity.ERROR,
        "2.12",
        (
            "CACHE_TAG_INVALID_FORMAT",
            "The format of @cacheTag cannot be read.",
            'Write text with interpolations such as "title-{$key.id}".',
        ),
        (
            "CACHE_TAG_APPLIED_TO_NON_ROOT_FIELD",
            "@cacheTag stands on a field that is no field of the query root.",
            "Put it on a query field, or on an entity type.",
        ),
        (
            "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ROOT_FIELD",
            "The format on a root field uses something other than a required argument of the field.",
            "Use {$args.name} with an argument of the field that is not null.",
        ),
        (
            "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ENTITY",
            "The format on an entity uses something other than a field that is in each of its keys.",
            "Use {$key.name} with a field that every @key of the type has.",
        ),
        (
            "CACHE_TAG_ENTITY_NOT_RESOLVABLE",
            "@cacheTag stands on a type that has no resolvable key in the subgraph.",
            "Give the type a resolvable @key, or remove @cacheTag.",
        ),
        (
            "INVALID_TAG_NAME",
            "The name of a @tag has characters that tags may not have, or is too long.",
            "Use at most 128 letters, digits, _, - and /.",
        ),
    ),
}
