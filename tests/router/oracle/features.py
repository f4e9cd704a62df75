"""What the generators cover, so that a gap is seen.

Each name here must occur in generated worlds or operations (test_coverage.py).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING

from reelgraph_federation.planning.query_plan import Written
from tests.router.oracle.world import LABELS, FieldModel, TypeModel, World, top_names

if TYPE_CHECKING:
    from tests.router.oracle.check import Bench
    from tests.router.oracle.data import Data

WORLD_FEATURES = (
    "@inaccessible argument with a default",
    "@inaccessible enum value",
    "@inaccessible plain field",
    "@inaccessible required field",
    "@inaccessible runtime type",
    "@interfaceObject",
    "@interfaceObject returned below another type",
    "@override",
    "@override of a required field",
    "@override with a label",
    "@provides",
    "@provides on an abstract type",
    "@requires",
    "@requires in an interface object",
    "@requires of an interface object's field",
    "@requires through abstract types",
    "@requires with arguments",
    "@requires with nested selections",
    "Federation 1 `extend type`",
    "Federation 1 subgraph",
    "argument that only one subgraph has",
    "arguments on interface fields",
    "chain of @requires",
    "compound key",
    "interface implements an interface",
    "interface members unknown to a subgraph",
    "keys over several hops",
    "key of Mutation",
    "key of which a part may be null",
    "label in force",
    "list of entities in a key",
    "list of scalars in a key",
    "list of values in a key",
    "lists of lists",
    "many types that little tells apart",
    "mutations",
    "narrower type in one subgraph",
    "nested @provides",
    "nested key",
    "null keys and unknown entities",
    "nullability differs between subgraphs",
    "parts with different keys",
    "required arguments",
    "resolvable: false",
    "several keys",
    "shared root fields",
    "two @requires of a field with arguments",
    "type without a key below an interface",
    "type without a key in two subgraphs",
    "union members unknown to a subgraph",
    "value in a key",
)
OPERATION_FEATURES = (
    "@include",
    "@skip",
    "@skip or @include on a fragment",
    "__typename",
    "alias",
    "aliased __typename",
    "enum argument",
    "field selected twice",
    "fragment on another abstract type",
    "fragment used twice",
    "fragments on abstract types, many levels deep",
    "input object argument",
    "introspection fields beside others",
    "mutation",
    "mutation selected twice",
    "named fragment",
    "one response name for different fields of members",
    "one response name with different arguments",
    "variable",
    "variable inside an input object or list",
    "variable with a default",
)
PLAN_FEATURES = (
    "entities below types asked together",
    "four or more fetches",
    "three or more waves",
    "two or more fetches",
    "types asked together",
)


def world_features(world: World, labels: Collection[str]) -> set[str]:
    """Return the names of what a world has."""
    found = set(world.features)
    for one in world.types.values():
        found |= _type_features(one)
    if any(part.is_federation_1 and part.fields for part in world.parts):
        found.add("Federation 1 subgraph")
    if any(model.name.startswith("m") for model in world.roots["Mutation"].fields.values()):
        found.add("mutations")
    marks = [
        mark
        for part in world.parts
        for fields in part.fields.values()
        for placed in fields.values()
        for mark in placed.marks
    ]
    if any(f'label: "{label}"' in mark for mark in marks for label in LABELS if label in labels):
        found.add("label in force")
    return found


def _type_features(one: TypeModel) -> set[str]:
    found = set()
    if len(one.keys) > 1:
        found.add("several keys")
    if any(len(top_names(key)) > 1 for key in one.keys):
        found.add("compound key")
    if any("o {" in key for key in one.keys):
        found.add("nested key")
    if any("v {" in key for key in one.keys):
        found.add("value in a key")
    for name, feature in (("ls", "scalars"), ("vs", "values"), ("os", "entities")):
        if name in one.fields:
            found.add(f"list of {feature} in a key")
    if "b" in one.fields and "!" not in one.fields["b"].wrapper:
        found.add("key of which a part may be null")
    if one.kind == "interface" and one.interfaces:
        found.add("interface implements an interface")
    for model in one.fields.values():
        found |= _field_features(one, model)
    return found


def _field_features(one: TypeModel, model: FieldModel) -> set[str]:
    found = set()
    if "[[" in model.wrapper:
        found.add("lists of lists")
    if "m" in model.arguments:
        found.add("required arguments")
    if one.kind == "interface" and model.arguments:
        found.add("arguments on interface fields")
    return found


def data_features(data: Data) -> set[str]:
    """Return the names of what data have."""
    text = json.dumps(data)
    found = {"failing resolvers"} if '"$error"' in text else set()
    if '"$unknown"' in text:
        found.add("entities that a subgraph does not know")
    return found


def plan_features(bench: Bench) -> set[str]:
    """Return the names of what the last plan has."""
    plan = bench.plan
    if plan is None:
        return set()
    waves: dict[int, int] = {}
    for fetch in plan.fetches:
        waves[fetch.id] = 1 + max((waves.get(one, 0) for one in fetch.depends_on), default=0)
    found = set()
    if len(waves) >= 2:
        found.add("two or more fetches")
    if len(waves) >= 4:
        found.add("four or more fetches")
    if max(waves.values(), default=0) >= 3:
        found.add("three or more waves")
    steps = [
        step
        for fetch in plan.fetches
        for group in fetch.groups
        for path in group.paths
        for step in path.steps
    ]
    if any(len(step.types or ()) > 1 for step in steps):
        found.add("entities below types asked together")
    if any(_asks_together(fetch.written) for fetch in plan.fetches):
        found.add("types asked together")
    return found


def _asks_together(written: tuple[Written, ...]) -> bool:
    return any(
        len(one.types or ()) > 1 or (one.children is not None and _asks_together(one.children))
        for one in written
    )
