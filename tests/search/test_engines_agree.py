"""The engines find what the interpreter finds, whatever the filter and the documents."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelgraph_search.adapters.elasticsearch import ElasticsearchEngine
from reelgraph_search.adapters.tantivy import TantivyEngine
from reelgraph_search.index_config.analyzers import ANALYZERS, analyze
from reelgraph_search.index_config.mapping import FieldKind, IndexMapping, MappedField
from reelgraph_search.ports import Document, EngineQuery, SearchEngine, Written
from reelgraph_search.query_language.check import compile_filter
from reelgraph_search.query_language.interpret import matches

K = FieldKind


def _field(path: str, kind: FieldKind, type_name: str = "String", **options: Any) -> MappedField:
    return MappedField(path=path, kind=kind, type_name=type_name, **options)


AWARDS = _field(
    "credits.awards",
    K.NESTED,
    "Award",
    many=True,
    fields=(
        _field("credits.awards.name", K.KEYWORD),
        _field("credits.awards.year", K.INTEGER, "Int"),
    ),
)
MAPPING = IndexMapping(
    index="films",
    root="Title",
    fields=(
        _field("name", K.TEXT, analyzer="title", suggest=True, sort=True),
        _field("label", K.TEXT, analyzer="exact"),
        _field("kind", K.KEYWORD, "TitleKind", values=("MOVIE", "SERIES", "EPISODE")),
        _field("year", K.INTEGER, "Int"),
        _field("score", K.DOUBLE, "Float"),
        _field("restored", K.BOOLEAN, "Boolean"),
        _field("seenAt", K.DATE, "DateTime"),
        _field("tags", K.TEXT, analyzer="name", many=True),
        _field(
            "studio",
            K.OBJECT,
            "Studio",
            fields=(
                _field("studio.name", K.TEXT, analyzer="name"),
                _field("studio.founded", K.INTEGER, "Int"),
            ),
        ),
        _field(
            "credits",
            K.NESTED,
            "Credit",
            many=True,
            fields=(
                _field("credits.role", K.KEYWORD),
                _field("credits.name", K.TEXT, analyzer="name"),
                AWARDS,
            ),
        ),
    ),
)
WORDS = ["the", "kid", "kids", "Kid", "Général", "general", "GOLD", "gold-rush", "l'été", "x1"]
WORDS += ["running", "runs", "İstanbul", "straße", "日本", "don't", "a.b*c", "(odd)", "naïve", "ß"]
LETTERS = "abcxyzABCXYZ  \t-_'.,0189éÉïßøŁœﬁñç日本дЖ☂😀\u2019\u0384\u0301"
ROLES = ["LEAD", "DIRECTOR"]
MOMENTS = ["2026-01-01T00:00:00.000Z", "2025-06-15T12:30:00.001Z", "1969-12-31T23:59:59.999Z"]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _text(rng: random.Random) -> str | None:
    chosen = rng.choices(WORDS, k=rng.randint(0, 3))
    return None if rng.random() < 0.2 else " ".join(chosen)


def _body(rng: random.Random) -> dict[str, Any]:
    def maybe(value: Any) -> Any:
        return None if rng.random() < 0.25 else value

    def award() -> dict[str, Any]:
        return {"name": maybe(rng.choice(WORDS)), "year": maybe(rng.randint(1920, 1924))}

    def credit() -> dict[str, Any]:
        awards = [award() for _ in range(rng.randint(0, 2))]
        return {"role": maybe(rng.choice(ROLES)), "name": _text(rng), "awards": awards}

    return {
        "name": _text(rng),
        "label": _text(rng),
        "kind": maybe(rng.choice(["MOVIE", "SERIES"])),
        "year": maybe(rng.randint(1920, 1924)),
        "score": maybe(rng.choice([-1.5, 0.0, 0.5, 3.0])),
        "restored": maybe(rng.random() < 0.5),
        "seenAt": maybe(rng.choice(MOMENTS)),
        "tags": [rng.choice(WORDS) for _ in range(rng.randint(0, 3))],
        "studio": maybe({"name": _text(rng), "founded": maybe(rng.randint(1920, 1924))}),
        "credits": [credit() for _ in range(rng.randint(0, 3))],
    }


_rng = random.Random(20260101)
BODIES = {f"Title:{number:03d}": _body(_rng) for number in range(150)}


@dataclass
class Corpus:
    runner: asyncio.Runner
    engine: SearchEngine
    index: str

    def found(self, query: EngineQuery) -> set[str]:
        answer = self.runner.run(self.engine.search(self.index, query))
        assert answer.total == len(answer.hits)
        return {hit.key for hit in answer.hits}


@pytest.fixture(
    scope="module",
    params=["tantivy", pytest.param("elasticsearch", marks=pytest.mark.real_service)],
)
def corpus(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Corpus]:
    with asyncio.Runner() as runner:
        engine = runner.run(_open(request, tmp_path_factory.mktemp("engine")))
        index = f"agree{uuid.uuid4().hex[:10]}"
        runner.run(engine.create_index(index, MAPPING))
        documents = [
            Document(key, 1, "h", (key,), MOMENTS[0], body) for key, body in BODIES.items()
        ]
        assert set(runner.run(engine.write(index, documents))) == {Written()}
        runner.run(engine.refresh(index))
        yield Corpus(runner, engine, index)
        runner.run(engine.drop_index(index))
        runner.run(engine.close())


async def _open(request: pytest.FixtureRequest, folder: Path) -> SearchEngine:
    if request.param == "tantivy":
        return TantivyEngine(folder)
    return ElasticsearchEngine(request.getfixturevalue("elasticsearch_url"))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


_words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)
_word = st.sampled_from(WORDS)
_typo = _word.flatmap(
    lambda word: st.sampled_from(
        [word, word[1:] or word, word + "s", word[:-1] or word, word[::-1]]
    )
)
_prefix = st.tuples(_words, st.integers(1, 6)).map(lambda pair: pair[0][: pair[1]])
_year = st.integers(1918, 1926).map(str)
_score = st.sampled_from(["-1.5", "-1", "0", "0.25", "3", "3.5"])
_moment = st.sampled_from([*map(_quoted, MOMENTS), "'2025-06-15'", "now", "now-200d", "now+1h"])
_sign = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])


def _texts(path: str) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(st.sampled_from(["==", "!="]), _words.map(_quoted)).map(" ".join),
        _words.map(lambda text: f"MATCH {_quoted(text)}"),
        _typo.map(lambda text: f"FUZZY {_quoted(text)}"),
        _prefix.map(lambda text: f"PREFIX {_quoted(text)}"),
        st.lists(_words.map(_quoted), min_size=0, max_size=3).map(
            lambda values: f"IN [{', '.join(values)}]"
        ),
        st.just("EXISTS"),
    ).map(lambda rest: f"{path} {rest}")


def _ranged(path: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(_sign, values).map(" ".join),
        st.tuples(values, values).map(lambda pair: f"BETWEEN {pair[0]} AND {pair[1]}"),
        st.lists(values, max_size=3).map(lambda many: f"NOT IN [{', '.join(many)}]"),
        st.just("EXISTS"),
    ).map(lambda rest: f"{path} {rest}")


def _words_of(path: str, values: list[str]) -> st.SearchStrategy[str]:
    quoted = st.sampled_from(values).map(_quoted)
    return st.one_of(
        quoted.map(lambda value: f"{path} == {value}"),
        st.lists(quoted, max_size=2).map(lambda many: f"{path} ALL [{', '.join(many)}]"),
        st.just(f"{path} EXISTS"),
    )


def _combined(leaves: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda pair: f"({pair[0]} AND {pair[1]})"),
            st.tuples(inner, inner).map(lambda pair: f"({pair[0]} OR {pair[1]})"),
            inner.map(lambda one: f"NOT ({one})"),
        ),
        max_leaves=4,
    )


def _award_leaves(prefix: str) -> st.SearchStrategy[str]:
    return st.one_of(_words_of(f"{prefix}name", WORDS), _ranged(f"{prefix}year", _year))


def _credit_leaves(prefix: str) -> st.SearchStrategy[str]:
    return st.one_of(
        _words_of(f"{prefix}role", ROLES),
        _texts(f"{prefix}name"),
        _award_leaves(f"{prefix}awards."),
        _combined(_award_leaves("")).map(lambda inner: f"{prefix}awards{{ {inner} }}"),
        st.just(f"{prefix}awards EXISTS"),
    )


FILTERS = _combined(
    st.one_of(
        _texts("name"),
        _texts("label"),
        _texts("tags"),
        _texts("studio.name"),
        _words_of("kind", ["MOVIE", "SERIES", "EPISODE"]),
        _ranged("year", _year),
        _ranged("studio.founded", _year),
        _ranged("score", _score),
        _ranged("seenAt", _moment),
        st.sampled_from(["restored == true", "restored != true", "restored EXISTS"]),
        st.sampled_from(["studio EXISTS", "credits EXISTS", "NOT credits EXISTS"]),
        _credit_leaves("credits."),
        _combined(_credit_leaves("")).map(lambda inner: f"credits{{ {inner} }}"),
    )
)


@given(source=FILTERS)
@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_filters(corpus: Corpus, source: str) -> None:
    condition = compile_filter(source, MAPPING, {}, NOW)
    expected = {key for key, body in BODIES.items() if matches(condition, body)}
    found = corpus.found(EngineQuery(condition=condition, size=len(BODIES)))
    assert found == expected, f"{source}\n{condition}"


def test_the_filters_tell_documents_apart() -> None:
    """Guards the property above against documents and filters that always or never fit."""
    sources = ["name MATCH 'kid'", "credits{ role == 'LEAD' AND name EXISTS }", "year > 1921"]
    for source in sources:
        condition = compile_filter(source, MAPPING, {}, NOW)
        fitting = sum(matches(condition, body) for body in BODIES.values())
        assert 5 < fitting < len(BODIES) - 5, source


@pytest.mark.real_service
@given(text=st.text(st.sampled_from(LETTERS), max_size=30))
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@pytest.mark.parametrize("corpus", ["elasticsearch"], indirect=True)
@pytest.mark.parametrize("analyzer", sorted(ANALYZERS))
def test_analysers_make_the_same_terms(corpus: Corpus, analyzer: str, text: str) -> None:
    assert isinstance(corpus.engine, ElasticsearchEngine)
    ask = corpus.engine._client.indices.analyze(index=corpus.index, analyzer=analyzer, text=text)
    tokens = corpus.runner.run(_awaited(ask))["tokens"]
    assert [token["token"] for token in tokens] == analyze(analyzer, text)


async def _awaited(pending: Any) -> Any:
    return await pending
