"""Query planning: how to answer an operation in the fewest sequential subgraph calls.

The method, from an operation in normal form to a plan (words: docs/vocabulary.md):

1. **Positions and leaves.** `collect_leaves` walks the operation and makes a tree of response positions;
   what is selected on an interface or union is asked of all its objects at once where some subgraph can,
   else of a fragment for each type (`alike_types` asks types together that nothing tells apart).
2. **Bounds.** `find_paths`, on `node_reach`, tells for each leaf *alone* the first wave in which it can be
   had: by following field edges, entity moves and what those require through the query graph, until
   nothing gets better. These waves are lower bounds: fetches shared between leaves never make any leaf
   come sooner. The largest, `DraftPlan.last_wave`, is what the whole plan needs at least.
3. **Start.** A plan in progress (`draft_plan`) has no fetches.
4. **Order.** Leaves that one subgraph alone can give come first, the latest of them before the others:
   the fetches that must be made anyway stand before anything has a choice. Then the others (`choose_paths`).
5. **Cost** of a leaf, most important first (`option.Cost`): waves beyond `last_wave`, new fetches, entries by
   a key that may be null, the wave, whether its subgraph is called anyway, fields. Options are values:
   join an open selection, select fields down from one, start at a root, enter by a key (`selection_options`,
   `move_options`). What a key or `@requires` would take is priced in the same way, recursively
   (`field_set_options`); nothing is made meanwhile, and prices are kept until the plan changes.
6. **Step.** The cheapest option is opened (`open_selections`): fetches, selections in them, and the inputs of
   entities, which are leaves of their own that must come in an earlier wave (`choose_inputs`). No step is
   taken back. A fetch is told by subgraph and wave, so what enters the same subgraph in the same wave is one
   request whoever asked for it.
7. **Why greedy is enough.** The number of waves cannot suffer: a step that would go beyond the bounds is
   taken only where every other would too. The number of calls can, when two calls may do what three were
   begun for; so a small operation is planned again under constraints (`fewer_calls`): the early leaves
   first, without a subgraph that no leaf depends on, with one call less. The cheapest plan is kept. How
   far that is from the fewest calls is measured against an exhaustive search (benchmarks/planning).
8. **Bounds on the search.** An attempt ends when it costs more than the best plan, after a million steps
   (`search_budget`), or when more is made than `reelgraph_federation.budget` allows; there are twelve
   attempts at most, and only for operations of up to 300 leaves in all attempts.
9. **`@defer`** cuts the operation into blocks that are planned one after the other (`defer_blocks`). A deferred
   block makes fetches of its own, entering the objects that are there by their keys; `Reuse` tells what it
   may use of earlier fetches, and the least that is enough is taken. What an earlier fetch brings anyway
   costs no call.
10. **Mutations** are planned one root field at a time, each from the one subgraph where that is cheapest
   (`draft_operation`); neighbours share a request where that keeps their order (`optimize`).
11. **Writing.** `build_fetches` orders and writes the fetches, `shape` describes the response.

Who reads and who writes: `DraftPlan` is passive; options read it, `SelectionOpener` adds to it, with
`InputChooser` for inputs, and both come back to the `Chooser` through the protocol `FieldChooser`.
"""

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
