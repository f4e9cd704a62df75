"""The GraphQL that the command line sends to the registry."""

_PROBLEM = "code severity message remedy coordinate locations { subgraph line column }"
_CHANGE = (
    "kind criticality coordinate target message reason passes "
    "hits { client version operation count } location { subgraph line column }"
)
_CHECK = (
    "id graph variant subgraphs baseVersion passes composes author createdAt "
    f"errors {{ {_PROBLEM} }} hints {{ {_PROBLEM} passes }} changes {{ {_CHANGE} }} "
    "findings { contributor message coordinate passes location { subgraph line column } }"
)
_REJECTED = "... on Rejected { code message }"
_MISMATCH = "... on VersionMismatch { message publishedVersion }"
_PUBLISH_RESULT = f"""
  __typename {_REJECTED} {_MISMATCH}
  ... on SubgraphsPublished {{ subgraphs supergraphVersion {{ id hints {{ {_PROBLEM} }} }} }}
  ... on NothingChanged {{ supergraphVersionId }}
  ... on CompositionFailure {{ publishedVersion errors {{ {_PROBLEM} }} hints {{ {_PROBLEM} }} }}
"""
_ENTRY = (
    "number action succeeded supergraphVersion previousVersion subgraphs author createdAt "
    f"errors {{ {_PROBLEM} }}"
)
_MOVE_RESULT = f"__typename {_REJECTED} {_MISMATCH} ... on PointerMoved {{ entry {{ {_ENTRY} }} }}"

PUBLISH = f"""mutation Publish($input: PublishSubgraphsInput!) {{
  publishSubgraphs(input: $input) {{ {_PUBLISH_RESULT} }}
}}"""
DELETE = f"""mutation Delete($input: DeleteSubgraphInput!) {{
  deleteSubgraph(input: $input) {{ {_PUBLISH_RESULT} }}
}}"""
CHECK = f"""mutation Check($input: CheckSubgraphsInput!) {{
  checkSubgraphs(input: $input) {{ __typename {_REJECTED} ... on Check {{ {_CHECK} }} }}
}}"""
PROMOTE = f"""mutation Promote($input: PromoteInput!) {{
  promote(input: $input) {{ {_MOVE_RESULT} }}
}}"""
ROLLBACK = f"""mutation Rollback($input: RollbackInput!) {{
  rollback(input: $input) {{ {_MOVE_RESULT} }}
}}"""
STORED_CHECK = f"""query StoredCheck($graph: String!, $id: ID!) {{
  check(graph: $graph, id: $id) {{ {_CHECK} }}
}}"""
CHECKS = """query Checks($graph: String!, $variant: String!, $first: Int!) {
  variant(graph: $graph, name: $variant) {
    checks(first: $first) { id subgraphs baseVersion passes composes author createdAt }
  }
}"""
LIST = """query Subgraphs($graph: String!, $variant: String!) {
  variant(graph: $graph, name: $variant) {
    supergraphVersion { id }
    subgraphs { name number url author createdAt }
  }
}"""
FETCH_PUBLISHED = """query Subgraphs($graph: String!, $variant: String!) {
  variant(graph: $graph, name: $variant) { subgraphs { name number url sdl } }
}"""
FETCH_EXACT = """query Subgraph($graph: String!, $subgraph: String!, $number: Int!) {
  subgraphVersion(graph: $graph, subgraph: $subgraph, number: $number) { name number url sdl }
}"""
HISTORY = f"""query History($graph: String!, $variant: String!, $first: Int!) {{
  variant(graph: $graph, name: $variant) {{ history(first: $first) {{ {_ENTRY} }} }}
}}"""
API_SCHEMA = """query ApiSchema($graph: String!, $id: ID!) {
  supergraphVersion(graph: $graph, id: $id) { apiSchemaSdl }
}"""
PUBLISHED_API_SCHEMA = """query PublishedApiSchema($graph: String!, $variant: String!) {
  variant(graph: $graph, name: $variant) { supergraphVersion { id apiSchemaSdl } }
}"""
