"""Normalise a validated operation: the list of passes."""

from __future__ import annotations

from collections.abc import Sequence

from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, print_ast

from reelgraph_federation.budget import Budget
from reelgraph_federation.operations.defer_usages import DeferUsages
from reelgraph_federation.operations.fingerprint import fingerprint
from reelgraph_federation.operations.passes.collect_introspection import IntrospectionCollector
from reelgraph_federation.operations.passes.inline_fragments import FragmentInliner, Part
from reelgraph_federation.operations.passes.merge_fields import FieldMerger
from reelgraph_federation.operations.tree import NormalizedOperation, Variable
from reelgraph_federation.supergraph.supergraph import Supergraph


def normalize_operation(
    supergraph: Supergraph,
    document: DocumentNode,
    operation_name: str | None = None,
    *,
    deferring: frozenset[str] | None = None,
    known: frozenset[str] = frozenset(),
    budget: Budget | None = None,
) -> NormalizedOperation:
    """Return an operation of a document in normal form.

    The document must already be valid against the API schema. Passes: open fragments and drop
    what cannot apply, merge the occurrences of each field, collect introspection. `@defer` is
    obeyed unless `deferring` is `None`; it names the variables that hold in `@defer(if:)`, and in
    `@skip` and `@include` where they are `known`. Raises
    `ValueError` when there is no such operation, `OperationTooLargeError` and
    `TooManyConditionsError` when more is made of it than `budget` allows.
    """
    operation = _find_operation(document, operation_name)
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    types = supergraph.query_graph.types
    root = supergraph.root_types()[operation.operation.value]
    defers = None if deferring is None else DeferUsages(deferring, known)
    inliner = FragmentInliner(types, fragments, defers, budget)
    introspection = IntrospectionCollector(operation, fragments)
    merger = FieldMerger(supergraph, types, inliner, introspection)
    kind = operation.operation.value
    parts = [Part(operation.selection_set)]
    merge = merger.merge_in_series if kind == "mutation" else merger.merge
    selections = merge(root, parts)
    meta, meta_variables = introspection.finish()
    variables = _variables(operation)
    name = operation.name.value if operation.name else None
    usages = tuple(defers.usages) if defers is not None else ()
    return NormalizedOperation(
        kind,
        name,
        selections,
        variables,
        fingerprint(kind, name, selections, variables, meta, usages),
        introspection=meta,
        introspection_variables=meta_variables,
        defers=usages,
    )


def _find_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if name is None:
        if len(operations) != 1:
            raise ValueError(f"Name the operation: {_there_are(operations)}.")
        return operations[0]
    for operation in operations:
        if operation.name is not None and operation.name.value == name:
            return operation
    raise ValueError(f"The document has no operation named {name!r}: {_there_are(operations)}.")


def _there_are(operations: Sequence[OperationDefinitionNode]) -> str:
    names = [one.name.value for one in operations if one.name is not None]
    return f"there are {', '.join(names)}" if names else "there is none with a name"


def _variables(operation: OperationDefinitionNode) -> dict[str, Variable]:
    return {
        one.variable.name.value: Variable(
            one.variable.name.value,
            print_ast(one.type),
            print_ast(one.default_value) if one.default_value else None,
        )
        for one in operation.variable_definitions or ()
    }
