"""Problems after composing: of supergraphs that are read, of plans, of subgraphs at run time."""

from __future__ import annotations

from .kind import Severity, kinds

RUNNING_KINDS = {
    **kinds(
        "Supergraphs that are read",
        Severity.ERROR,
        "2.0",
        (
            "INVALID_FEDERATION_SUPERGRAPH",
            "A document given as a supergraph is none: it is no GraphQL, has no join__Graph enum, or "
            "what it joins does not fit together.",
            "Give the SDL that a composition wrote, unchanged.",
        ),
        (
            "UNSUPPORTED_FEDERATION_VERSION",
            "The supergraph was written before there was a join specification. Federation 1 "
            "supergraphs with join v0.1 are read.",
            "Compose the subgraphs again with a composer of Federation 2.",
        ),
        (
            "UNSUPPORTED_FEDERATION_DIRECTIVE",
            "The supergraph links a specification that routers must obey, such as join, access or "
            "cost, in a version that is not known.",
            "Compose with a version named in the message, or use a newer reelgraph.",
        ),
    ),
    **kinds(
        "Plans",
        Severity.ERROR,
        "2.0",
        (
            "QUERY_PLAN_COMPLEXITY_EXCEEDED",
            "There are more ways to answer the operation than the planner may look at.",
            "Split the operation, or select fewer fields below interfaces and unions at once.",
        ),
        (
            "QUERY_PLANNING_FAILED",
            "No subgraph that can be reached resolves a field of the operation: a supergraph was taken "
            "that composition would have refused.",
            "Compose the supergraph again and look at its satisfiability errors.",
        ),
        (
            "NO_PLAN_FOUND_WITH_DISABLED_SUBGRAPHS",
            "The operation needs a subgraph that was switched off for planning.",
            "Switch the subgraph on again, or leave out the field named in the message.",
        ),
    ),
    **kinds(
        "Subgraphs at run time",
        Severity.ERROR,
        "",
        (
            "DOWNSTREAM_SERVICE_ERROR",
            "A subgraph failed: it answered a part of an operation with an error that has no code of "
            "its own. The router keeps the code that a subgraph's error has.",
            "Look at the subgraph's log. Give its errors a code in extensions.code, so that clients "
            "can tell them apart.",
        ),
        (
            "SUBGRAPH_UNAVAILABLE",
            "The router could not reach a subgraph, or the connection broke.",
            "See that the subgraph runs at the address in the supergraph and that the network lets "
            "the router through.",
        ),
        (
            "SUBGRAPH_TIMEOUT",
            "A subgraph did not answer in the time that the router gives it.",
            "Find out what is slow there, or give that subgraph more time in the router's settings.",
        ),
        (
            "SUBGRAPH_HTTP_ERROR",
            "A subgraph answered with an HTTP status that tells of a failure, and with no GraphQL.",
            "Look up the status, which the error names, in the log of the subgraph or of the proxy "
            "before it.",
        ),
        (
            "SUBGRAPH_ANSWER_INVALID",
            "A subgraph's answer is no GraphQL answer, or not one to the question: no JSON, neither "
            "data nor errors, a list of entities too short.",
            "See that the address is that of a GraphQL server and that its schema is the one "
            "composed.",
        ),
        (
            "SUBGRAPH_ANSWER_TOO_LARGE",
            "A subgraph's answer is larger than the router takes.",
            "Ask for less with paging, or raise the limit in the router's settings.",
        ),
    ),
    **kinds(
        "Reelgraph itself",
        Severity.ERROR,
        "2.0",
        (
            "INTERNAL",
            "Composition itself failed: a bug in reelgraph, never in a subgraph.",
            "Report it with the subgraphs' SDL; composing without the subgraph named helps until then.",
        ),
        (
            "ERROR_CODE_MISSING",
            "A rule of composition reported a problem under a code that this table does not have: a "
            "bug in reelgraph. The problem itself stands in the message.",
            "Report it with the subgraphs' SDL, and mend what the message says.",
        ),
    ),
}
