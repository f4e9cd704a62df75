"""Execution of query plans. A plan is compiled once (`compile.py`), into a `Program`.

There are three ways through a program. All of them send the same requests and give the same answer;
they differ in what they may assume.

- **Fast path** (`fast_path/`): answers become typed records. Assumes a query without `@defer`,
  introspection and contextual arguments whose values all stand where records can say it
  (`UnsupportedPlan` names what they cannot), subgraphs without errors and data by the schema.
  Gives up, by `Bailout` or what the decoder raises, to an execution over the merged tree, which starts
  anew with the answers that have arrived. A plan whose answers make it give up often is not tried.
- **Generated code** (`generated/`): Python written for the plan, over answers as JSON. Takes every
  plan. Assumes data by the schema, without faults. Gives up to the interpreter piece by piece: for the
  objects of one place, for one representation, or for the response.
- **Reference interpreter** (`interpreter/`): goes by the plan itself. Assumes nothing, never gives up.

Who chooses: `fast_path.run.choose_fast_path`, else `tree.run.Run`, which holds the last two ways.

Shared: `schedule.py` starts fetches as soon as their inputs are there, cancels and expires; `requests.py`
passes variables; `code/` is what both writers of code know of a plan; `answers/` reads what subgraphs
said; `tree/` is the execution over the merged tree; `incremental/` delivers its answer in parts.
"""
