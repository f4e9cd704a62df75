"""Suggestions for what is being typed: whole values that begin so, then words that do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import JsonValue

from reelgraph_dgs.errors import BadRequest
from reelgraph_kit.identity import Identity
from reelgraph_search.index_config.analyzers import LONGEST_PREFIX, analyze
from reelgraph_search.index_config.mapping import MappedField
from reelgraph_search.ports import EngineQuery, JsonObject, SortKey
from reelgraph_search.query_language.conditions import (
    And,
    Condition,
    Not,
    Or,
    ValueBegins,
    WordsBegin,
    all_of,
)
from reelgraph_search.search.live_indexes import LiveIndex
from reelgraph_search.search.policy import hidden_fields
from reelgraph_search.search.run_search import MOST_WORDS, Searches, compiled
from reelgraph_search.search.texts import texts_at

MOST_SUGGESTIONS = 50
_LOOKED_AT = 5


@dataclass(frozen=True, slots=True)
class Suggested:
    """A text that continues what was typed, the field it stands in and the entity it is of."""

    text: str
    path: str
    key: str


async def suggest(
    searches: Searches,
    index: str,
    prefix: str,
    filter: str | None,
    first: int,
    identity: Identity,
    variables: Mapping[str, JsonValue] | None = None,
) -> list[Suggested]:
    """Suggest entities; what is ranked higher by the definition's `suggest_by` comes first."""
    if not 1 <= first <= MOST_SUGGESTIONS:
        raise BadRequest(f"first must be between 1 and {MOST_SUGGESTIONS}.", path="first")
    words = tuple(analyze("name", prefix))
    if len(words) > MOST_WORDS:
        raise BadRequest(f"prefix has at most {MOST_WORDS} words.", path="prefix")
    now = datetime.now(UTC)
    live = await searches.live(index)
    allowed, _ = searches.allowed(live, identity, now)
    hidden = hidden_fields(live.mapping, identity)
    wanted = all_of(allowed, compiled(filter, live.mapping, variables or {}, now, hidden))
    fields = [field for field in live.mapping.suggesting() if field.path not in hidden]
    if not words or not fields:
        return []
    typed = prefix.strip()
    begins: Condition = Or(tuple(ValueBegins(field, typed) for field in fields))
    contains: Condition = Or(tuple(WordsBegin(field, words) for field in fields))
    suggested: dict[str, Suggested] = {}
    for condition in (all_of(wanted, begins), And((wanted, contains, Not(begins)))):
        if len(suggested) < first:
            for key, body in await _bodies(searches, live, condition, first * _LOOKED_AT):
                one = _suggested(key, body, fields, typed, words)
                # Of several entities with the same text, such as a person's films, one is enough.
                suggested.setdefault(one.text.casefold(), one)
    return list(suggested.values())[:first]


async def _bodies(
    searches: Searches, live: LiveIndex, condition: Condition, size: int
) -> list[tuple[str, JsonObject]]:
    rank = live.mapping.by_path().get(live.definition.suggest_by or "")
    sort = (SortKey(rank, descending=True),) if rank is not None and rank.sort else ()
    query = EngineQuery(condition=condition, sort=sort, size=size, with_body=True)
    answer = await searches.ask(live, query)
    return [(hit.key, hit.body or {}) for hit in answer.hits]


def _suggested(
    key: str,
    body: JsonObject,
    fields: Sequence[MappedField],
    typed: str,
    words: Sequence[str],
) -> Suggested:
    """The text of the document that fits best: whole beginning, then words, then any."""
    folded = "".join(analyze("exact", typed))
    texts = [(field, text) for field in fields for text in texts_at(body, field.path)]
    for field, text in texts:
        if "".join(analyze("exact", text)).startswith(folded):
            return Suggested(text, field.path, key)
    for field, text in texts:
        if _words_begin(text, words):
            return Suggested(text, field.path, key)
    field, text = texts[0]
    return Suggested(text, field.path, key)


def _words_begin(text: str, words: Sequence[str]) -> bool:
    known = analyze("autocomplete", text)
    return all(any(term.startswith(word[:LONGEST_PREFIX]) for term in known) for word in words)
