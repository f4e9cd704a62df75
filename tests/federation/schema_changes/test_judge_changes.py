"""What each rule makes of the changes, and what recorded usage makes of the breaking ones."""

import pytest
from graphql import build_schema

from reelgraph_federation.schema_changes import (
    Change,
    ChangeKind,
    Criticality,
    JudgedChange,
    JudgeRules,
    RecordedUsage,
    UsageHit,
    find_changes,
    judge_changes,
    usage_coordinate,
)

OLD = build_schema("""
    directive @tag(name: String!) on FIELD_DEFINITION
    type Query { title(id: ID!, lang: String @deprecated): Title find(in: Find): Int }
    type Title { id: ID! name: String old: String @deprecated kind: Kind tagged: Int }
    enum Kind { MOVIE SERIES @deprecated }
    input Find { text: String words: String @deprecated }
    type Island { id: ID! name: String }
""")
NEW = build_schema("""
    directive @tag(name: String!) on FIELD_DEFINITION
    type Query { title(id: ID!): Title find(in: Find): Int }
    "A film."
    type Title { id: ID! kind: Kind tagged: Int @tag(name: "x") genre: Genre }
    enum Kind { MOVIE SHORT }
    input Find { text: String must: Int! }
    type Island { id: ID! }
    type Genre { id: ID! name(long: Boolean!): String }
""")
NO_RULES = JudgeRules(simplify_changes=False)


def judge(rules: JudgeRules, usage: RecordedUsage | None = None) -> dict[str, JudgedChange]:
    judged = judge_changes(find_changes(OLD, NEW), OLD, NEW, rules, usage)
    return {f"{one.change.kind} {one.change.coordinate}": one for one in judged}


def test_without_rules_each_change_keeps_its_criticality() -> None:
    found = judge(NO_RULES)
    assert found
    for judged in found.values():
        assert judged.criticality is judged.change.criticality
        assert judged.passes == (judged.criticality is not Criticality.BREAKING)
        assert judged.reason == ""


def test_ignore_description_changes() -> None:
    dropped = set(judge(NO_RULES)) - set(
        judge(JudgeRules(simplify_changes=False, ignore_description_changes=True))
    )
    assert dropped == {"TYPE_DESCRIPTION_ADDED Title"}


def test_ignore_directives() -> None:
    rules = JudgeRules(simplify_changes=False, ignore_directives=frozenset({"tag"}))
    dropped = set(judge(NO_RULES)) - set(judge(rules))
    assert dropped == {"DIRECTIVE_USAGE_FIELD_DEFINITION_ADDED Title.tagged"}


def test_simplify_changes_leaves_out_what_an_addition_implies() -> None:
    dropped = set(judge(NO_RULES)) - set(judge(JudgeRules()))
    assert dropped == {
        "FIELD_ADDED Genre.id",
        "FIELD_ADDED Genre.name",
        "FIELD_ARGUMENT_ADDED Genre.name(long:)",
    }


def test_simplify_changes_leaves_out_the_directive_of_a_deprecation() -> None:
    old = build_schema("type Query { a: Int }")
    new = build_schema("type Query { a: Int @deprecated }")
    judged = judge_changes(find_changes(old, new), old, new)
    assert [one.change.kind for one in judged] == [ChangeKind.FIELD_DEPRECATION_ADDED]


def test_suppress_removal_of_deprecated_field() -> None:
    judged = judge(JudgeRules(suppress_removal_of_deprecated_field=True))
    softened = {name for name, one in judged.items() if one.reason}
    assert softened == {
        "FIELD_REMOVED Title.old",
        "FIELD_ARGUMENT_REMOVED Query.title(lang:)",
        "ENUM_VALUE_REMOVED Kind.SERIES",
        "INPUT_FIELD_REMOVED Find.words",
    }
    assert all(judged[name].criticality is Criticality.DANGEROUS for name in softened)
    assert not judged["FIELD_REMOVED Title.name"].passes


def test_safe_unreachable() -> None:
    judged = judge(JudgeRules(safe_unreachable=True))
    assert judged["FIELD_REMOVED Island.name"].criticality is Criticality.SAFE
    assert judged["FIELD_REMOVED Title.name"].criticality is Criticality.BREAKING
    assert judged["INPUT_FIELD_ADDED Find.must"].criticality is Criticality.BREAKING


def test_dangerous_breaking() -> None:
    judged = judge(JudgeRules(dangerous_breaking=True))
    assert not judged["ENUM_VALUE_ADDED Kind.SHORT"].passes
    assert judged["TYPE_ADDED Genre"].passes


@pytest.mark.parametrize("usage", [None, RecordedUsage(0)])
def test_without_recorded_usage_a_breaking_change_is_breaking(usage: RecordedUsage | None) -> None:
    assert not judge(JudgeRules(), usage)["FIELD_REMOVED Title.name"].passes


def test_usage_decides_who_is_hit() -> None:
    hits = (UsageHit("web", "1.2", "Home", 3), UsageHit("tv", "7", "Row", 2))
    judged = judge(JudgeRules(), RecordedUsage(100, {"Title.name": hits}))
    used, unused = judged["FIELD_REMOVED Title.name"], judged["FIELD_REMOVED Title.old"]
    assert (used.criticality, used.hits) == (Criticality.BREAKING, hits)
    assert used.reason == "5 of 100 recorded operations use 'Title.name'."
    assert (unused.criticality, unused.hits) == (Criticality.DANGEROUS, ())
    assert unused.reason == "None of 100 recorded operations uses 'Title.old'."


@pytest.mark.parametrize(
    ("rules", "passes"),
    [
        (JudgeRules(usage_count_threshold=5), False),
        (JudgeRules(usage_count_threshold=6), True),
        (JudgeRules(usage_share_threshold=0.05), False),
        (JudgeRules(usage_share_threshold=0.06), True),
        (JudgeRules(consider_usage=False, usage_count_threshold=6), False),
    ],
)
def test_usage_thresholds(rules: JudgeRules, passes: bool) -> None:
    usage = RecordedUsage(100, {"Title.name": (UsageHit("web", "1", "Home", 5),)})
    judged = judge(rules, usage)["FIELD_REMOVED Title.name"]
    assert judged.passes is passes


@pytest.mark.parametrize(
    ("kind", "coordinate", "expected"),
    [
        (ChangeKind.FIELD_REMOVED, "Title.name", "Title.name"),
        (ChangeKind.FIELD_ARGUMENT_REMOVED, "Query.title(lang:)", "Query.title(lang:)"),
        (ChangeKind.FIELD_ARGUMENT_ADDED, "Query.title(lang:)", "Query.title"),
        (ChangeKind.INPUT_FIELD_ADDED, "Find.must", "Find"),
        (ChangeKind.TYPE_REMOVED, "Title", "Title"),
        (ChangeKind.DIRECTIVE_ARGUMENT_ADDED, "@d(a:)", "@d"),
        (ChangeKind.SCHEMA_QUERY_TYPE_CHANGED, "", None),
    ],
)
def test_whose_users_a_change_can_hurt(
    kind: ChangeKind, coordinate: str, expected: str | None
) -> None:
    change = Change(kind, Criticality.BREAKING, coordinate, "")
    assert usage_coordinate(change) == expected
