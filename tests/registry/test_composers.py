"""A variant's Composer is kept while there is room; results are those of composing anew."""

from threading import Thread

from reelgraph_registry.domain.composition import Composition, compose_schemas
from reelgraph_registry.domain.subgraph_version import SubgraphSchema
from reelgraph_registry.use_cases.composers import Composers

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
A = SubgraphSchema(
    "a", "http://a", LINK + 'type Query { t: T } type T @key(fields: "id") { id: ID! }'
)
B = SubgraphSchema("b", "http://b", LINK + 'type T @key(fields: "id") { id: ID! b: Int }')


def changed(number: int) -> SubgraphSchema:
    return SubgraphSchema("b", "http://b", B.sdl.replace("b: Int", f"b{number}: Int"))


def texts(composition: Composition) -> tuple[object, ...]:
    return composition.supergraph_sdl, composition.api_schema_sdl, composition.errors


def test_results_are_those_of_composing_anew() -> None:
    composers = Composers()
    for number in (1, 2, 1, 3):
        again = composers.compose("g", "main", (A, changed(number)))
        assert texts(again) == texts(compose_schemas((A, changed(number))))


def test_what_is_kept_has_a_bound() -> None:
    size = len(A.sdl) + len(B.sdl)
    composers = Composers(most_characters=2 * size)
    for variant in ("one", "two", "three", "one"):
        assert composers.compose("g", variant, (A, B)).ok
    assert list(composers._kept) == [("g", "three"), ("g", "one")]
    large = SubgraphSchema("b", "http://b", B.sdl + "#" * 2 * size)
    assert composers.compose("g", "one", (A, large)).ok
    assert list(composers._kept) == [("g", "three")]


def test_threads_do_not_wait_for_each_other() -> None:
    composers = Composers()
    composers.compose("g", "main", (A, B))
    found: dict[int, tuple[object, ...]] = {}

    def work(number: int) -> None:
        found[number] = texts(composers.compose("g", "main", (A, changed(number))))

    with composers._kept["g", "main"].lock:  # As if another composition were at work.
        work(0)
    threads = [Thread(target=work, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.keys() == set(range(5))
    for number, seen in found.items():
        assert seen == texts(compose_schemas((A, changed(number))))
