"""Differences to the peers that are meant, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Meant:
    """A difference that is meant: which codes it explains on either side, when, and why."""

    reason: str
    ours: frozenset[str] = frozenset()
    theirs: frozenset[str] = frozenset()
    when: str = ""
    """A text that must occur in the subgraphs, the peer's messages or our codes."""
    stops: bool = False
    """We stop before merging, so that anything may follow at the peer's."""
    unread: bool = False
    """The peer stops before reading the subgraphs, so that we may report anything."""
    beside: bool = False
    """Only where the peer reports another error."""


_NEWER = frozenset(
    {
        "CACHE_TAG_APPLIED_TO_NON_ROOT_FIELD",
        "CACHE_TAG_ENTITY_NOT_RESOLVABLE",
        "CACHE_TAG_INVALID_FORMAT",
        "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ENTITY",
        "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ROOT_FIELD",
        "INVALID_TAG_NAME",
    }
)

BOTH = (
    Meant(
        "where definitions of a field disagree or are missing, the peers hold @external copies "
        "against one of them; here against none",
        theirs=frozenset({"EXTERNAL_TYPE_MISMATCH"}),
        when="FIELD_TYPE_MISMATCH",
    ),
    Meant(
        "names of tags and formats of cache tags are checked by Apollo's newer composition only; "
        "here, too",
        ours=_NEWER,
        stops=True,
    ),
    Meant(
        "Apollo's newer composition has this code of its own for a bad name; so have we",
        ours=frozenset({"CONTEXT_NAME_CONTAINS_UNDERSCORE"}),
        theirs=frozenset({"CONTEXT_NAME_INVALID"}),
    ),
    Meant(
        "Apollo's newer composition tells apart what is missing in the value; so do we",
        ours=frozenset({"NO_SELECTION_FOR_CONTEXT", "NO_CONTEXT_REFERENCED"}),
        theirs=frozenset({"NO_CONTEXT_IN_SELECTION"}),
    ),
    Meant(
        "Apollo's newer composition has this code for a selection that is no field set of the type",
        ours=frozenset({"CONTEXT_SELECTION_INVALID"}),
        theirs=frozenset({"CONTEXT_INVALID_SELECTION"}),
    ),
    *(
        Meant(
            "the peer lets an argument pass whose value is none of its type: null, a number or an "
            "object for a scope or a policy, a list for a string",
            ours=frozenset({"INVALID_GRAPHQL"}),
            when=value,
            stops=True,
        )
        for value in (
            "(scopes: null)",
            "(scopes: [[1]])",
            "(scopes: {a: 1})",
            "(policies: 3)",
            '(name: ["t"])',
            '(from: ["b"])',
        )
    ),
    Meant(
        "a weight that is no number has a code of its own here",
        ours=frozenset({"DIRECTIVE_COST_INVALID_WEIGHT"}),
        theirs=frozenset({"INVALID_GRAPHQL"}),
        when="cost(weight:",
    ),
    Meant(
        "a sized field that is no list is reported as a sized field that is wrong, not as a list "
        "size on something that is no list",
        ours=frozenset({"LIST_SIZE_INVALID_SIZED_FIELD"}),
        theirs=frozenset({"LIST_SIZE_APPLIED_TO_NON_LIST"}),
        when="sizedFields",
    ),
)

_OLD = (
    Meant(
        "the peer does not upgrade Federation 1 documents so far: keys that are lists or names, "
        "@provides on what is no object, definitions without arguments",
        theirs=frozenset({"KEY_INVALID_FIELDS_TYPE", "PROVIDES_ON_NON_OBJECT_FIELD"}),
        unread=True,
    ),
    Meant(
        "the peer holds a Federation 1 document against its own definitions of directives",
        theirs=frozenset({"DIRECTIVE_DEFINITION_INVALID", "INVALID_GRAPHQL"}),
        when="scalar _FieldSet",
        unread=True,
    ),
    Meant(
        "the peer holds a Federation 1 document against its own definitions of directives",
        theirs=frozenset({"DIRECTIVE_DEFINITION_INVALID", "INVALID_GRAPHQL"}),
        when="There can be only one directive named",
        unread=True,
    ),
    Meant(
        "to the peer the value types that a Federation 1 document extends are not shareable",
        ours=frozenset({"SATISFIABILITY_ERROR"}),
        theirs=frozenset({"INVALID_FIELD_SHARING"}),
        when="extend type Place",
    ),
    Meant(
        "the peer drops every tag of an external field of a Federation 1 document; like Apollo's "
        "composition we refuse one that the field has nowhere else",
        ours=frozenset({"MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"}),
        stops=True,
    ),
    Meant(
        "the peer keeps a type of which the upgrade of Federation 1 leaves nothing",
        ours=frozenset({"TYPE_WITH_ONLY_UNUSED_EXTERNAL"}),
        stops=True,
    ),
)

GUILD = (
    *_OLD,
    Meant(
        "the peer does not ask that a field be shareable which a Federation 1 document provides, "
        "or has in one of its keys",
        ours=frozenset({"INVALID_FIELD_SHARING"}),
        when='@key(fields: "id")',
    ),
    Meant(
        "the peer looks at no field sets of a document with other errors",
        ours=frozenset({"PROVIDES_FIELDS_MISSING_EXTERNAL"}),
        when="MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
    ),
    Meant(
        "the peer does not know federation's directives behind another name of the feature",
        theirs=frozenset({"INVALID_GRAPHQL"}),
        when='Unknown directive "@fed__',
        unread=True,
    ),
    Meant(
        "the peer refuses a list of requirements with fewer brackets, and reads no further",
        theirs=frozenset({"INVALID_GRAPHQL"}),
        when='Expected "@',
        unread=True,
    ),
    Meant(
        "we stop before merging when a document is no valid GraphQL",
        theirs=frozenset({"OVERRIDE_FROM_SELF_ERROR"}),
        when="INVALID_GRAPHQL",
    ),
    Meant(
        "a weight that is no number has a code of its own, before merging",
        ours=frozenset({"DIRECTIVE_COST_INVALID_WEIGHT"}),
        stops=True,
    ),
    Meant(
        "the peer minds that documents have directives of one name from different features",
        theirs=frozenset({"DIRECTIVE_COMPOSITION_ERROR"}),
        when="is not linked by the same core feature",
    ),
    Meant(
        "the peer takes an @external copy of a wrong type for a definition that disagrees",
        ours=frozenset({"EXTERNAL_TYPE_MISMATCH"}),
        when="FIELD_TYPE_MISMATCH",
    ),
    Meant(
        "the peer goes on to judge a field that is external everywhere",
        theirs=frozenset({"EXTERNAL_ARGUMENT_MISSING", "REFERENCED_INACCESSIBLE"}),
        when="EXTERNAL_MISSING_ON_BASE",
    ),
    Meant(
        "the peer does not hold the type of an overriding field against that of others",
        ours=frozenset({"FIELD_TYPE_MISMATCH"}),
        when="@override(from",
    ),
    Meant(
        "the peer does not look at satisfiability while directives do not compose",
        ours=frozenset({"SATISFIABILITY_ERROR"}),
        when="DIRECTIVE_COMPOSITION_ERROR",
    ),
    Meant(
        "the peer minds the name and version of a composed directive in subgraphs that do not "
        "compose it; like Apollo's composition we warn",
        theirs=frozenset({"DIRECTIVE_COMPOSITION_ERROR"}),
        ours=frozenset({"SATISFIABILITY_ERROR", "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"}),
        when="DIRECTIVE_COMPOSITION_",
    ),
    Meant(
        "the peer knows Federation up to 2.11 only",
        theirs=frozenset({"UNKNOWN_FEDERATION_LINK_VERSION"}),
        unread=True,
    ),
    *BOTH,
    Meant(
        "the peer takes an unused @external for used when its type implements any interface; like "
        "Apollo's composition we ask that the interface has the field",
        ours=frozenset({"EXTERNAL_UNUSED"}),
        stops=True,
    ),
    Meant(
        "the peer lets @requires name an object without selecting from it",
        ours=frozenset({"REQUIRES_INVALID_FIELDS"}),
        stops=True,
    ),
    Meant(
        "the peer does not look at access while other errors stand; all are reported here",
        ours=frozenset({"MISSING_TRANSITIVE_AUTH_REQUIREMENTS"}),
    ),
    Meant(
        "the peer does not ask that shared fields have runtime types in common",
        ours=frozenset({"SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"}),
    ),
    Meant(
        "the peer lets a union show whose members are all hidden, which is no valid API schema",
        ours=frozenset({"ONLY_INACCESSIBLE_CHILDREN"}),
        when="union Thing",
    ),
    Meant(
        "the peer lets a chain of overrides pass when its first source is gone",
        ours=frozenset({"OVERRIDE_SOURCE_HAS_OVERRIDE"}),
        theirs=frozenset({"SATISFIABILITY_ERROR"}),
        when="@override(from",
    ),
    Meant(
        "of a field with @override, the peer looks whether the overridden copy is shareable, not "
        "whether the overriding one is",
        ours=frozenset({"INVALID_FIELD_SHARING", "SATISFIABILITY_ERROR"}),
        theirs=frozenset({"INVALID_FIELD_SHARING", "SATISFIABILITY_ERROR"}),
        when="@override(from",
    ),
    Meant(
        "the peer reports the type of an @external copy under two codes; it is no definition",
        theirs=frozenset({"FIELD_TYPE_MISMATCH"}),
        when="(where marked @external)",
    ),
    Meant(
        "the peer lets an interface object have an external field that no interface declares, if "
        "all implementations have it; like Apollo's composition we ask for it on the interface",
        ours=frozenset({"EXTERNAL_MISSING_ON_BASE"}),
        theirs=frozenset({"INTERFACE_FIELD_NO_IMPLEM", "INVALID_FIELD_SHARING"}),
        when="@interfaceObject @key",
    ),
    Meant(
        "interface objects: as in Apollo's composition, with which all generated sets agree, every "
        "subgraph that resolves a field must share it, and an interface object's key is resolved",
        ours=frozenset({"INVALID_FIELD_SHARING"}),
        theirs=frozenset({"INVALID_FIELD_SHARING", "SATISFIABILITY_ERROR"}),
        when="@interfaceObject @key",
    ),
    Meant(
        "the peer does not see that an interface object whose key the interface does not have "
        "leads nowhere",
        ours=frozenset({"SATISFIABILITY_ERROR"}),
        when="@interfaceObject @key",
    ),
    Meant(
        "the peer wants external copies to have arguments that merging drops",
        theirs=frozenset({"EXTERNAL_ARGUMENT_MISSING"}),
        when="INCONSISTENT_ARGUMENT_PRESENCE",
    ),
    Meant(
        "the peer minds a hidden field of a hidden interface, which nobody can see",
        theirs=frozenset({"IMPLEMENTED_BY_INACCESSIBLE"}),
        when="interface Node @inaccessible",
    ),
)

_LATER = frozenset(
    {
        "DEFAULT_VALUE_USES_INACCESSIBLE",
        "IMPLEMENTED_BY_INACCESSIBLE",
        "INTERFACE_FIELD_NO_IMPLEM",
        "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
        "ONLY_INACCESSIBLE_CHILDREN",
        "QUERY_ROOT_TYPE_INACCESSIBLE",
        "REFERENCED_INACCESSIBLE",
        "REQUIRED_INACCESSIBLE",
        "REQUIRES_INVALID_FIELDS",
        "SATISFIABILITY_ERROR",
        "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
    }
)

APOLLO = (
    Meant(
        "here the supergraph has one name for a directive of federation, whatever subgraphs call "
        "it by an import or by the feature's name in front",
        theirs=frozenset({"LINK_IMPORT_NAME_MISMATCH"}),
        ours=frozenset({"OVERRIDE_FROM_SELF_ERROR"}),
        when="__",
    ),
    Meant(
        "Apollo's composition holds a document's own directive against the definition of one that "
        "another subgraph imports from federation under that name",
        theirs=frozenset({"UNKNOWN"}),
        when="directive @",
    ),
    Meant(
        "a Federation 1 document's own definition of a directive that came with Federation 2 is "
        "one of its own where it is not federation's",
        theirs=frozenset({"DIRECTIVE_DEFINITION_INVALID"}),
        when="directive @inaccessible(",
    ),
    Meant(
        "Apollo's composition upgrades Federation 1 documents, and looks at directives of external "
        "fields, when all others are valid; all problems are reported here in one run",
        ours=frozenset(
            {
                "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
                "PROVIDES_FIELDS_MISSING_EXTERNAL",
                "PROVIDES_INVALID_FIELDS",
                "REQUIRES_FIELDS_MISSING_EXTERNAL",
                "REQUIRES_INVALID_FIELDS",
                "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
            }
        ),
        beside=True,
    ),
    Meant(
        "Apollo's composition looks at the keys of those who take from a context only where what "
        "they select is right",
        ours=frozenset({"CONTEXT_NO_RESOLVABLE_KEY"}),
        when="CONTEXT_INVALID_SELECTION",
    ),
    Meant(
        "Apollo's composition looks no further in a subgraph that is no valid GraphQL",
        ours=frozenset(
            {
                "CONTEXT_INVALID_SELECTION",
                "CONTEXT_NO_RESOLVABLE_KEY",
                "EXTERNAL_UNUSED",
                "REQUIRES_INVALID_FIELDS",
            }
        ),
        when="INVALID_GRAPHQL",
    ),
    Meant(
        "the arguments of a field that is external everywhere count as uses of an enum here",
        ours=frozenset({"ENUM_VALUE_MISMATCH"}),
        when="EXTERNAL_MISSING_ON_BASE",
    ),
    *BOTH,
    Meant(
        "Apollo's composition looks at what is hidden, at access, at arguments in @requires and at "
        "satisfiability only when merging gave no error; all problems are reported here in one run",
        ours=_LATER,
        beside=True,
    ),
    Meant(
        "Apollo's composition stops at an extension without a base; other errors of merging are "
        "reported here beside it",
        ours=frozenset(
            {"EXTERNAL_MISSING_ON_BASE", "FIELD_TYPE_MISMATCH", "INVALID_FIELD_SHARING"}
        ),
        when="EXTENSION_WITH_NO_BASE",
    ),
)

LENIENT = (
    Meant(
        "Apollo's composition lets an @external copy promise more than the merged type, if one owner does",
        ours=frozenset({"EXTERNAL_TYPE_MISMATCH"}),
        when="INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
    ),
    Meant(
        "Apollo's composition does not count the uses of an enum in a field whose types do not fit together",
        ours=frozenset({"ENUM_VALUE_MISMATCH"}),
        when="FIELD_TYPE_MISMATCH",
    ),
)

JOINED = (
    Meant(
        "Apollo's proof knows one interface object of a subgraph for each type, and finds no way to the "
        "fields of a second; our planner goes there by either",
        theirs=frozenset({"SATISFIABILITY_ERROR"}),
        when="Item @interfaceObject",
    ),
    Meant(
        "Apollo's composition lets a subgraph with a key that cannot be resolved be entered again with what "
        "a field requires; no planner of ours asks a subgraph for what it does not resolve",
        ours=frozenset({"SATISFIABILITY_ERROR"}),
        when="resolvable: false",
    ),
    Meant(
        "what an interface object's field requires is compared with what the readers of each implementation "
        "hold; Apollo's composition counts what the readers of the others hold, too",
        ours=frozenset({"MISSING_TRANSITIVE_AUTH_REQUIREMENTS"}),
        when="@interfaceObject",
    ),
    Meant(
        "null for an argument in @requires that may not be null ends Apollo's composition with an exception, "
        "if it gets so far",
        ours=frozenset({"REQUIRES_INVALID_FIELDS"}),
        when="(unit: null)",
    ),
    Meant(
        "what @requires selects wrongly may end Apollo's composition with an exception",
        ours=frozenset({"REQUIRES_INVALID_FIELDS", "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"}),
        theirs=frozenset({"INVALID_GRAPHQL"}),
        when="threw: ",
    ),
    Meant(
        "Apollo's proof does not follow a field that moves by a label into what @requires asks for; our planner "
        "plans it with the label and without",
        theirs=frozenset({"SATISFIABILITY_ERROR"}),
        when='label: "percent',
    ),
    Meant(
        "a composed directive with the name of one that is composed by itself is reported as such; by "
        "Apollo's composition as an import that is taken",
        ours=frozenset({"DIRECTIVE_COMPOSITION_ERROR"}),
        theirs=frozenset({"INVALID_LINK_DIRECTIVE_USAGE"}),
        when="composeDirective(name:",
        stops=True,
    ),
    Meant(
        "Apollo's composition keeps the names of @tag and @inaccessible where they are imported, although "
        "nobody applies them, and stops there",
        theirs=frozenset({"DIRECTIVE_COMPOSITION_ERROR"}),
        when="conflicts with automatically composed",
        unread=True,
    ),
    Meant(
        "Apollo's composition stops at the links of the supergraph; other errors are reported here beside them",
        ours=frozenset(
            {
                "INVALID_FIELD_SHARING",
                "INVALID_GRAPHQL",
                "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
                "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
                "REQUIRES_INVALID_FIELDS",
                "SATISFIABILITY_ERROR",
            }
        ),
        when="Cannot import",
        beside=True,
    ),
)

JOINED_GUILD = (
    Meant(
        "the peer composes directives with names of join, or of federation's directives, so that the supergraph "
        "cannot be loaded",
        ours=frozenset({"INVALID_LINK_DIRECTIVE_USAGE", "DIRECTIVE_COMPOSITION_ERROR"}),
        theirs=frozenset({"SATISFIABILITY_ERROR"}),
        when="composeDirective(name:",
    ),
    Meant(
        "the peer lets @override, without a label, take over what requires or provides, and what stands for "
        "many types",
        ours=frozenset({"OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", "INVALID_FIELD_SHARING"}),
        theirs=frozenset({"OVERRIDE_FROM_SELF_ERROR", "SATISFIABILITY_ERROR"}),
        when="@override(from",
    ),
    Meant(
        "the peer goes on merging where the documents have errors",
        theirs=frozenset({"OVERRIDE_FROM_SELF_ERROR", "INVALID_FIELD_SHARING"}),
        when="CONTEXT_NO_RESOLVABLE_KEY",
    ),
    Meant(
        "the peer does not look at defaults of directives' arguments",
        ours=frozenset({"INVALID_GRAPHQL"}),
        when='(level: Int = "x")',
        stops=True,
    ),
    Meant(
        "the peer lets a provided field be shared by its owner without saying so",
        ours=frozenset({"INVALID_FIELD_SHARING"}),
        theirs=frozenset({"SATISFIABILITY_ERROR"}),
        when="@provides(fields:",
    ),
    Meant(
        "the peer wants the requirements of the own type to be repeated on a field that requires another of it",
        theirs=frozenset({"MISSING_TRANSITIVE_AUTH_REQUIREMENTS"}),
        when="@requires(fields:",
    ),
    Meant(
        "the peer does not ask for a key by which to come back with what a field requires or takes from a context",
        ours=frozenset({"SATISFIABILITY_ERROR"}),
        when="@requires(fields:",
    ),
)

Table = tuple[Meant, ...]
MEANT: dict[str, Table] = {"guild": (*GUILD, *JOINED_GUILD), "apollo": (*APOLLO, *LENIENT, *JOINED)}
