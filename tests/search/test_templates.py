"""Definitions and templates: what is made of them, and what is said of wrong ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from film_graph import DEFINITION, FACTS, definition
from graphql import parse, validate

from reelgraph_search.definition import DefinitionError, FieldOptions, load_definitions
from reelgraph_search.documents.flatten import DoesNotFit, flatten
from reelgraph_search.index_config.compare import compare, with_live_options
from reelgraph_search.index_config.mapping import FieldKind
from reelgraph_search.indexing.targets import make_plan

GOLDEN = Path(__file__).parent / "golden"


def plan_of(**changes: Any) -> Any:
    made = {"fields": {}, "inverse": {}, "version_field": None, **changes}
    return make_plan(definition(**made), FACTS)


def test_compiled_template(update_golden: bool) -> None:
    plan = make_plan(definition(), FACTS)
    shown = {
        "operation": plan.template.operation,
        "roots": plan.template.roots_operation,
        "inverse": plan.template.inverse_operations,
        "visited": sorted(plan.template.visited),
        "warnings": plan.template.warnings,
        "fields": {
            one.path: " ".join(
                [one.kind.value, *filter(None, [one.analyzer]), *(["many"] if one.many else [])]
            )
            for one in plan.mapping.walk()
        },
    }
    printed = json.dumps(shown, indent=2, ensure_ascii=False) + "\n"
    path = GOLDEN / "films.json"
    if update_golden:
        path.parent.mkdir(exist_ok=True)
        path.write_text(printed)
    assert path.read_text() == printed
    assert not validate(FACTS.schema, parse(plan.template.operation))


def test_abstract_types_keep_their_name() -> None:
    template = (
        "fragment F on Title { name crew { name ... on Person { bornAt } ... on Group { size } } }"
    )
    plan = plan_of(template=template)
    kinds = {one.path: one.kind for one in plan.mapping.walk()}
    assert kinds["crew"] is FieldKind.NESTED
    assert kinds["crew.__typename"] is FieldKind.KEYWORD
    assert (kinds["crew.bornAt"], kinds["crew.size"]) == (FieldKind.DATE, FieldKind.INTEGER)
    assert plan.template.visited == {"Title", "Person", "Group"}
    node = {
        "__typename": "Title",
        "_ref_Title_id": "1",
        "name": "N",
        "crew": [
            {"__typename": "Group", "name": "G", "size": 3, "_ref_Group_id": "g"},
            None,
            {"__typename": "Person", "name": "P", "bornAt": "1895-10-04", "_ref_Person_id": "p"},
        ],
    }
    flattened = flatten(node, plan.mapping, plan.template.keys)
    assert flattened.refs == ("Group:g", "Person:p", "Title:1")
    assert flattened.body == {
        "name": "N",
        "crew": [
            {"__typename": "Group", "name": "G", "size": 3},
            {"__typename": "Person", "name": "P", "bornAt": "1895-10-04T00:00:00.000Z"},
        ],
    }
    node["crew"][0]["size"] = 4  # type: ignore[index]
    assert flatten(node, plan.mapping, plan.template.keys).hash != flattened.hash


@pytest.mark.parametrize("change", [{"surprise": 1}, {"seenAt": "soon"}, {"credits": ["text"]}])
def test_what_does_not_fit(change: dict[str, Any]) -> None:
    plan = plan_of(template="fragment F on Title { seenAt credits { role } }")
    with pytest.raises(DoesNotFit, match=next(iter(change))):
        flatten({"__typename": "Title", **change}, plan.mapping, {})


def many_fields() -> str:
    return " ".join(f"a{n}: name" for n in range(1001))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"root": "Film"}, "root: the graph has no object type `Film`"),
        ({"root": "Award"}, "root: `Award` has no @key that a subgraph resolves"),
        (
            {"key": "slug"},
            "key: the key of `Title` is `id`, not `slug`; a root needs a key of one field",
        ),
        (
            {"template": "fragment F on Person { name }"},
            "template (line 1, column 15): the first fragment is on `Person`, but the root of the "
            "index is `Title`",
        ),
        (
            {"template": "query Q { titles(first: 1) { edges { node { id } } } }"},
            "template (line 1, column 1): an operation cannot be a template; write `fragment Doc on "
            "Title { … }`: the indexer fetches it by key",
        ),
        (
            {"template": "fragment F on Title {\n  nam }"},
            "template (line 2, column 3): Cannot query field 'nam' on type 'Title'. Did you mean "
            "'name'?",
        ),
        (
            {"template": "fragment F on Title { name"},
            "template (line 1, column 27): Syntax Error: Expected Name, found <EOF>.",
        ),
        (
            {"template": "fragment F on Title { name @include(if: true) }"},
            "template (line 1, column 28): @include is not allowed: every document has the same "
            "shape",
        ),
        (
            {"template": "fragment F on Title { withArgument(n: $n) }"},
            "template (line 1, column 39): $n has no value here; write the value itself",
        ),
        (
            {"template": "fragment F on Title { _x: name }"},
            "template (line 1, column 23): `_x`: names that begin with _ are the indexer's",
        ),
        (
            {
                "template": "fragment F on Title { productions { title { productions { title "
                "{ productions { title { name } } } } } } }"
            },
            "template (line 1, column 89): `productions.title.productions.title.productions.title.name`"
            " is deeper than 6 levels",
        ),
        (
            {"template": f"fragment F on Title {{ {many_fields()} }}"},
            "template: 1,001 fields; at most 1,000 are allowed",
        ),
        (
            {"template": "fragment F on Title { extra }"},
            "template: extra (line 1, column 23): no rule for the scalar `JSON`: name a kind for it "
            "under `scalars` (keyword, text, integer, double, boolean, date), or say `flattened: true`",
        ),
        (
            {"fields": {"nam": FieldOptions()}},
            "fields.nam: the template does not select `nam`, did you mean `name`?",
        ),
        (
            {"fields": {"year": FieldOptions(analyzer="name", suggest=True)}},
            "template: year (line 2, column 16): `analyzer` does not fit a field indexed as integer\n"
            "template: year (line 2, column 16): `suggest` does not fit a field indexed as integer",
        ),
        (
            {"fields": {"genres.name": FieldOptions(sort=True)}},
            "template: genres.name (line 3, column 15): `sort` needs a single value; this field is "
            "in a list",
        ),
        ({"suggest_by": "year"}, "suggest_by: `year` needs `sort: true` under `fields`"),
        (
            {"roots": "title(id: 1) { id }"},
            "roots: Cannot query field 'title' on type 'Query'. Did you mean 'titles'?",
        ),
        (
            {"roots": "titles(first: $first, after: $after) { pageInfo { endCursor } }"},
            "roots: selects no `id` of `Title`, so no document can be found by it",
        ),
        (
            {"inverse": {"Award": "production(id: $id) { title { id } }"}},
            "inverse.Award: `Award` is not an entity",
        ),
    ],
)
def test_problem(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        plan_of(**changes)
    assert str(raised.value) == message


def test_roots_without_pages() -> None:
    plan = plan_of(roots="titles(first: 5) { edges { node { id } } }")
    assert plan.template.roots_operation.startswith("query Roots{titles(first:5)")


def test_a_new_edge_from_elsewhere_is_warned_of() -> None:
    template = "fragment F on Title { name views productions { status } }"
    warned = plan_of(template=template).template.warnings
    assert [warning.split(":")[0] for warning in warned] == [
        "`views` is resolved by playback, not by catalog",
        "`productions` is resolved by studio, not by catalog",
    ]
    covered = plan_of(template=template, affects=("Production", "Title")).template.warnings
    assert covered == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("index: [", "bad.yaml (line 1, column 9): is not YAML: expected the node content"),
        ("index: Films", "bad.yaml: index: String should match pattern"),
        (DEFINITION + "\nfreshnes: 1", "bad.yaml: freshnes: Extra inputs are not permitted"),
        (DEFINITION + "\nfreshness_slo: soon", "write a time as 500ms, 5s, 2m or 1h"),
    ],
)
def test_a_bad_file(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(DefinitionError) as raised:
        load_definitions(tmp_path)
    assert message in str(raised.value)


def test_two_files_for_one_index(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(DEFINITION)
    (tmp_path / "b.yaml").write_text(DEFINITION)
    with pytest.raises(DefinitionError, match=r"b.yaml: index `films` is defined twice"):
        load_definitions(tmp_path)


BASE = "fragment F on Title { name year }"


@pytest.mark.parametrize(
    ("changes", "reindex", "live"),
    [
        ({}, (), ()),
        (
            {"template": "fragment F on Title { name score }"},
            ("`year` is no longer selected", "`score` is new"),
            (),
        ),
        (
            {"fields": {"name": FieldOptions(analyzer="name", boost=2)}},
            ("`name`: analyzer title → name",),
            ("`name`: boost 1.0 → 2.0",),
        ),
        ({"fields": {"year": FieldOptions(facet="terms")}}, (), ("`year`: facet False → True",)),
        (
            {"template": "fragment F on Title { name year: score }"},
            ("`year`: kind integer → double",),
            ("`year`: type_name Int → Float",),
        ),
        (
            {"template": "fragment F on Title { year name: withArgument(n: 2) }"},
            ("the template fetches something else",),
            (),
        ),
    ],
)
def test_compare(changes: dict[str, Any], reindex: tuple[str, ...], live: tuple[str, ...]) -> None:
    before = plan_of(template=BASE).mapping
    after = plan_of(**{"template": BASE, **changes}).mapping
    found = compare(before, after)
    assert (found.reindex, found.live) == (reindex, live)


def test_live_options_are_taken_over() -> None:
    live = plan_of(template=BASE).mapping
    wanted = plan_of(
        template="fragment F on Title { name score }",
        fields={"name": FieldOptions(boost=7, analyzer="name")},
    ).mapping
    name, year = with_live_options(live, wanted).fields
    assert (name.boost, name.analyzer, year.path) == (7, "title", "year")
