"""A small graph that really executes GraphQL, standing where the router stands."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graphql import build_schema, graphql

from reelgraph_search.definition import IndexDefinition, read_definition
from reelgraph_search.documents.fetch import GraphAnswer, GraphError, RouterUnavailable
from reelgraph_search.templates.graph_facts import GraphFacts

SDL = """
scalar DateTime
scalar JSON
enum SearchIndex { FILMS }
enum Rating { ALL SIXTEEN EIGHTEEN }
union SearchEntity = Title
interface Crew { id: ID! name: String! }
type Person implements Crew { id: ID! name: String! bornAt: DateTime }
type Group implements Crew { id: ID! name: String! size: Int }
type Genre { id: ID! name: String! }
type Credit { role: String person: Person awards: [Award!] }
type Award { name: String year: Int }
type Production { id: ID! status: String! title: Title }
type Title {
  id: ID!
  version: Int
  name: String!
  synopsis: String
  year: Int
  score: Float
  rating: Rating!
  restored: Boolean
  seenAt: DateTime
  extra: JSON
  genres: [Genre!]!
  credits: [Credit!]
  crew: [Crew!]
  productions: [Production!]
  views: Int
  withArgument(n: Int): String
}
type PageInfo { hasNextPage: Boolean! endCursor: String }
type TitleEdge { node: Title! }
type TitleConnection { pageInfo: PageInfo! edges: [TitleEdge!]! }
type Query {
  titles(first: Int!, after: String): TitleConnection!
  production(id: ID!): Production
  _indexDocs(index: SearchIndex!, ids: [ID!]!): [SearchEntity]!
}
"""

SCHEMA = build_schema(SDL)
FACTS = GraphFacts(
    schema=SCHEMA,
    keys={name: ("id",) for name in ("Title", "Person", "Group", "Genre", "Production")},
    resolvers={
        ("Title", "productions"): frozenset({"studio"}),
        ("Title", "views"): frozenset({"playback"}),
        ("Title", "name"): frozenset({"catalog"}),
    },
    owners={"Title": "catalog"},
)

DEFINITION = """
index: films
root: Title
template: |
  fragment Film on Title {
    version name year rating
    genres { id name }
    credits { role person { id name } }
    productions { id status }
    views
  }
roots: "titles(first: $first, after: $after) {
  pageInfo { hasNextPage endCursor } edges { node { id } } }"
fields:
  name: {boost: 3, suggest: true, sort: true}
  year: {sort: true, facet: {histogram: 10}}
  rating: {facet: terms}
  genres.name: {analyzer: name, facet: terms}
  credits.person.name: {analyzer: name, suggest: true}
  views: {requires_scope: stats, sort: true, facet: terms}
inverse: {Production: "production(id: $id) { title { id } }"}
version_field: version
policy:
  filter: rating IN $allowed
  variables:
    allowed:
      claim: maturity
      cases: {ALL: [ALL], EIGHTEEN: [ALL, SIXTEEN, EIGHTEEN]}
"""


def definition(**changes: Any) -> IndexDefinition:
    """The definition of the films, with some of its parts changed."""
    return read_definition(DEFINITION, "films.yaml").model_copy(update=changes)


def film(name: str, *, year: int = 1926, rating: str = "ALL", people: tuple[str, ...] = ()) -> Any:
    """A title as the graph keeps it."""
    return {"name": name, "year": year, "rating": rating, "people": people, "version": 1}


class FilmGraph:
    """Titles, people and productions that tests change while they are indexed."""

    def __init__(self, titles: Mapping[str, Any] | None = None) -> None:
        self.titles: dict[str, Any] = copy.deepcopy(dict(titles or {}))
        self.people: dict[str, str] = {}
        self.productions: dict[str, tuple[str, str]] = {}
        self.broken: set[str] = set()
        self.broken_code: str | None = None
        self.away = False
        self.complains = False
        self.requests: list[list[str]] = []
        self.after_fetch: Callable[[list[str]], Awaitable[None]] | None = None

    async def run(self, operation: str, variables: Mapping[str, Any]) -> GraphAnswer:
        """Run a query as the router would."""
        if self.away:
            raise RouterUnavailable("the router is away")
        result = await graphql(SCHEMA, operation, self, variable_values=dict(variables))
        errors = tuple(
            GraphError(error.message, tuple(error.path or ()), "playback", self.broken_code)
            for error in result.errors or ()
        )
        if "ids" in variables and self.complains:
            errors += tuple(
                GraphError("null for name", ("_indexDocs", position, "name"), code="INVALID_VALUE")
                for position, id in enumerate(variables["ids"])
                if id not in self.titles
            )
        if "ids" in variables:
            self.requests.append(list(variables["ids"]))
            if self.after_fetch is not None:
                await self.after_fetch(list(variables["ids"]))
        return GraphAnswer(result.data, errors)

    # Root fields, called by the executor's default resolver.

    def _indexDocs(self, info: Any, index: str, ids: list[str]) -> list[Any]:
        return [self._title(one) for one in ids]

    def titles_page(self, first: int, after: str | None) -> Any:
        """A page of all titles."""
        ids = sorted(one for one in self.titles if after is None or one > after)
        page = ids[:first]
        more = len(ids) > first
        return {
            "pageInfo": {"hasNextPage": more, "endCursor": page[-1] if page else None},
            "edges": [{"node": self._title(one)} for one in page],
        }

    def production(self, info: Any, id: str) -> Any:
        """A production by its id."""
        found = self.productions.get(id)
        return None if found is None else {"id": id, "title": self._title(found[0])}

    def _title(self, id: str) -> Any:
        title = self.titles.get(id)
        if title is None:
            return None

        def views(info: Any) -> int:
            if id in self.broken:
                raise ValueError("views are away")
            return len(id)

        made = [
            {"id": one, "status": status}
            for one, (owner, status) in sorted(self.productions.items())
            if owner == id
        ]
        credits = [
            {"role": "LEAD", "person": {"id": one, "name": self.people[one]}}
            for one in title["people"]
        ]
        known = {name: value for name, value in title.items() if name != "people"}
        return {
            "__typename": "Title",
            "id": id,
            **known,
            "genres": [{"id": "g1", "name": "Comedy"}],
            "credits": credits,
            "productions": made,
            "views": views,
        }


def _titles(graph: FilmGraph, info: Any, first: int, after: str | None = None) -> Any:
    return graph.titles_page(first, after)


SCHEMA.query_type.fields["titles"].resolve = _titles  # type: ignore[union-attr]
