"""What graphql-core's own comparison calls breaking, ours calls breaking as well."""

from collections import Counter
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, specified_scalar_types
from graphql.utilities import find_schema_changes
from graphql.utilities.find_schema_changes import BreakingChange, BreakingChangeType
from hypothesis import given, settings
from hypothesis import strategies as st

from reelgraph_federation.schema_changes import ChangeKind, Criticality, find_changes

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
KINDS = {
    BreakingChangeType.TYPE_REMOVED: {ChangeKind.TYPE_REMOVED},
    BreakingChangeType.TYPE_CHANGED_KIND: {ChangeKind.TYPE_KIND_CHANGED},
    BreakingChangeType.TYPE_REMOVED_FROM_UNION: {ChangeKind.UNION_MEMBER_REMOVED},
    BreakingChangeType.VALUE_REMOVED_FROM_ENUM: {ChangeKind.ENUM_VALUE_REMOVED},
    BreakingChangeType.REQUIRED_INPUT_FIELD_ADDED: {ChangeKind.INPUT_FIELD_ADDED},
    BreakingChangeType.IMPLEMENTED_INTERFACE_REMOVED: {ChangeKind.OBJECT_TYPE_INTERFACE_REMOVED},
    BreakingChangeType.FIELD_REMOVED: {ChangeKind.FIELD_REMOVED, ChangeKind.INPUT_FIELD_REMOVED},
    BreakingChangeType.FIELD_CHANGED_KIND: {
        ChangeKind.FIELD_TYPE_CHANGED,
        ChangeKind.INPUT_FIELD_TYPE_CHANGED,
    },
    BreakingChangeType.REQUIRED_ARG_ADDED: {ChangeKind.FIELD_ARGUMENT_ADDED},
    BreakingChangeType.ARG_REMOVED: {ChangeKind.FIELD_ARGUMENT_REMOVED},
    BreakingChangeType.ARG_CHANGED_KIND: {ChangeKind.FIELD_ARGUMENT_TYPE_CHANGED},
    BreakingChangeType.DIRECTIVE_REMOVED: {ChangeKind.DIRECTIVE_REMOVED},
    BreakingChangeType.DIRECTIVE_ARG_REMOVED: {ChangeKind.DIRECTIVE_ARGUMENT_REMOVED},
    BreakingChangeType.REQUIRED_DIRECTIVE_ARG_ADDED: {ChangeKind.DIRECTIVE_ARGUMENT_ADDED},
    BreakingChangeType.DIRECTIVE_LOCATION_REMOVED: {ChangeKind.DIRECTIVE_LOCATION_REMOVED},
}
# A specified scalar that is used nowhere is there all the same.
UNUSED_SCALARS = {
    f"Standard scalar {name} was removed because it is not referenced anymore."
    for name in specified_scalar_types
}
# Ours is dangerous only: nobody is hit who does not repeat the directive.
MILDER = {BreakingChangeType.DIRECTIVE_REPEATABLE_REMOVED}


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_nothing_that_breaks_is_missed(case: Path) -> None:
    old = build_schema((case / "old.graphql").read_text())
    new = build_schema((case / "new.graphql").read_text())
    ours = Counter(c.kind for c in find_changes(old, new) if c.criticality is Criticality.BREAKING)
    theirs = Counter(c.type for c in breaking(old, new) if c.type not in MILDER)
    missed = [
        kind for kind, count in theirs.items() if sum(ours[mine] for mine in KINDS[kind]) < count
    ]
    assert missed == []


def test_there_is_something_to_miss() -> None:
    found = set[BreakingChangeType]()
    for case in CASES:
        old, new = (build_schema((case / f"{one}.graphql").read_text()) for one in ("old", "new"))
        found |= {one.type for one in breaking(old, new)}
    assert len(found) > 10


def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return inner.flatmap(lambda t: st.sampled_from([f"[{t}]", t if t.endswith("!") else f"{t}!"]))


TYPES = st.recursive(st.sampled_from(["Int", "ID"]), wrapped, max_leaves=4)


@settings(max_examples=200, deadline=None)
@given(old_type=TYPES, new_type=TYPES)
def test_types_are_safe_to_exchange_when_graphql_says_so(old_type: str, new_type: str) -> None:
    old, new = schema(old_type), schema(new_type)
    ours = {c.coordinate for c in find_changes(old, new) if c.criticality is Criticality.BREAKING}
    # Descriptions read "Field Query.f changed …", "Argument Query.f(a:) has changed …".
    assert ours == {change.description.split()[1] for change in breaking(old, new)}


def schema(type_: str) -> GraphQLSchema:
    return build_schema(f"type Query {{ f(a: {type_}): {type_} }} input In {{ x: {type_} }}")


def breaking(old: GraphQLSchema, new: GraphQLSchema) -> list[BreakingChange]:
    return [
        change
        for change in find_schema_changes(old, new)
        if isinstance(change, BreakingChange) and change.description not in UNUSED_SCALARS
    ]
