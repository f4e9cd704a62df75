"""Query planning: how to answer an operation in the fewest sequential subgraph calls."""

from reelgraph_federation.planning.describe import describe_paths, find_field_paths, paths_to_json
from reelgraph_federation.planning.errors import (
    DisabledSubgraphsError,
    NoPathError,
    PlanningBudgetError,
    PlanningError,
)
from reelgraph_federation.planning.format import format_plan, plan_to_json
from reelgraph_federation.planning.plan import plan_operation
from reelgraph_federation.planning.query_plan import QueryPlan

__all__ = [
    "DisabledSubgraphsError",
    "NoPathError",
    "PlanningBudgetError",
    "PlanningError",
    "QueryPlan",
    "describe_paths",
    "find_field_paths",
    "format_plan",
    "paths_to_json",
    "plan_operation",
    "plan_to_json",
]
