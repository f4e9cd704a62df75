"""Errors of single documents and of their links."""

from __future__ import annotations

from .kind import Severity, kinds

DOCUMENT_KINDS = {
    **kinds(
        "Documents",
        Severity.ERROR,
        "2.0",
        (
            "INVALID_GRAPHQL",
            "The SDL breaks the GraphQL specification: its grammar, or a rule such as unique names, "
            "known types, or interfaces that are fully implemented.",
            "Correct the SDL at the place named. The same document must also be accepted by a plain "
            "GraphQL library.",
        ),
        (
            "DIRECTIVE_DEFINITION_INVALID",
            "The document defines a federation directive or a directive of the GraphQL "
            "specification differently from its specification.",
            "Remove the definition, since composition knows it, or make it agree: arguments, "
            "locations, repeatable.",
        ),
        (
            "TYPE_DEFINITION_INVALID",
            "The document defines a built-in or federation type differently from its specification.",
            "Remove the definition, or give it the kind and fields that the specification has.",
        ),
        (
            "INVALID_SUBGRAPH_NAME",
            'A subgraph has no name, the reserved name "_", or the name of another subgraph.',
            "Give each subgraph a name of its own.",
        ),
        (
            "INVALID_SUBGRAPH_URL",
            "A subgraph's URL cannot be called by any client, or has a user name or a password in it.",
            "Write http:// or https://, a host, a port if it has one, and a path; set the variables that it "
            "is made of. An empty URL is allowed where routers are told another.",
        ),
        (
            "NO_QUERIES",
            "No subgraph has a query field, so that there is nothing to ask the supergraph for.",
            "Add a Query type with at least one field to a subgraph.",
        ),
        (
            "ROOT_QUERY_USED",
            'A type named "Query" exists and is not the root, since the schema names another type.',
            "Rename the type, or let the schema definition name it as the query root.",
        ),
        (
            "ROOT_MUTATION_USED",
            'A type named "Mutation" exists and is not the root, since the schema names another.',
            "Rename the type, or let the schema definition name it as the mutation root.",
        ),
        (
            "ROOT_SUBSCRIPTION_USED",
            'A type named "Subscription" exists and is not the root, since the schema names another.',
            "Rename the type, or let the schema definition name it as the subscription root.",
        ),
        (
            "UNSUPPORTED_FEATURE",
            "The document uses something that federation does not support yet.",
            "Do without it; the message names what is not supported.",
        ),
        (
            "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",
            "Proving that every query can be answered took more steps than allowed.",
            "Raise the limit, or reduce how many subgraphs share the same entities and values.",
        ),
        (
            "QUERY_ROOT_MISSING",
            "The merged schema has no query root.",
            "Add a Query type with at least one field to a subgraph.",
        ),
    ),
    **kinds(
        "Links",
        Severity.ERROR,
        "2.0",
        (
            "UNSUPPORTED_LINKED_FEATURE",
            "A @link asks for a feature, a version or an option that composition does not know.",
            "Link a known version, named in the message.",
        ),
        (
            "UNKNOWN_FEDERATION_LINK_VERSION",
            "The document links a federation version that composition does not know.",
            "Link a version from v2.0 to v2.14.",
        ),
        (
            "UNKNOWN_LINK_VERSION",
            "The document links a version of the link specification that composition does not know.",
            'Write url: "https://specs.apollo.dev/link/v1.0", or leave that link out.',
        ),
        (
            "INVALID_LINK_DIRECTIVE_USAGE",
            "An application of @link has wrong arguments, or imports what the feature does not have.",
            "Correct the arguments. Imports are a list of names or of {name, as}.",
        ),
        (
            "INVALID_LINK_IDENTIFIER",
            "The URL, the version or the name of a @link is malformed.",
            'Write an absolute URL ending in a version, such as "https://example.org/cache/v1.0".',
        ),
        (
            "LINK_IMPORT_NAME_MISMATCH",
            "Subgraphs import the same composed directive under different names.",
            "Import it under one name in all subgraphs.",
        ),
        (
            "DIRECTIVE_COMPOSITION_ERROR",
            "A custom directive cannot be carried into the supergraph as @composeDirective asks.",
            "Link, import and define the directive, with one major version in all subgraphs.",
        ),
    ),
}
