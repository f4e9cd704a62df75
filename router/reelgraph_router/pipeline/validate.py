"""Validate the document against the API schema."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLSchema,
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
    ValidationRule,
    specified_rules,
    validate,
)
from graphql.validation.rules.overlapping_fields_can_be_merged import RuleContext

from reelgraph_federation.budget import Budget
from reelgraph_router.errors import Code, from_graphql_errors, refuse

MakeRule: TypeAlias = Callable[[ValidationContext], ASTValidationRule]

MAX_ERRORS = 20
MOST_COMPARISONS = 200_000
"""What comparing the fields that overlap may cost, in graphql-core's measure: about two seconds."""
ABORTED = "Validation aborted."
"""What graphql-core says where that is exceeded, or fragments are nested too deeply."""


def validate_document(
    schema: GraphQLSchema, document: DocumentNode, *, hints: bool, budget: Budget | None = None
) -> None:
    """Raise RequestError with every rule broken (GraphQL, section 5).

    `hints` allows "Did you mean": off where introspection is off, since it tells names. `budget` is
    asked again and again whether to go on.
    """
    errors = validate(
        schema,
        document,
        _rules(budget or Budget()),  # type: ignore[arg-type]
        max_errors=MAX_ERRORS,
        hide_suggestions=not hints,
        allow_empty_selection_sets=False,
    )
    if any(error.message == ABORTED for error in errors):
        raise refuse(
            "The operation selects the same fields too often in too many places, or nests fragments"
            " too deeply; select each field once, or split the operation.",
            Code.LIMIT_EXCEEDED,
            well_formed=True,
        )
    if errors:
        raise from_graphql_errors(errors, Code.VALIDATION_FAILED)


def _rules(budget: Budget) -> list[MakeRule]:
    """The rules of the specification, made to look at the budget as they go."""
    rules: list[MakeRule] = [partial(_Watch, budget)]
    for rule in specified_rules:
        if rule is OverlappingFieldsCanBeMergedRule:
            rules.append(partial(_Overlapping, budget))
        else:
            rules.append(rule)
    return rules


class _Watch(ValidationRule):
    """Breaks nothing; counts each node."""

    def __init__(self, budget: Budget, context: ValidationContext) -> None:
        super().__init__(context)
        self._budget = budget

    def enter(self, *_: object) -> None:
        self._budget.step()


class _Overlapping(OverlappingFieldsCanBeMergedRule):
    """The one rule that may take long over a single node."""

    def __init__(self, budget: Budget, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context = _Comparisons(budget)


class _Comparisons(RuleContext):
    """Counts comparisons; what is left of them is looked at before each."""

    __slots__ = ("_budget", "_left")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        super().__init__()
        self._left = MOST_COMPARISONS

    @property
    def remaining_complexity_budget(self) -> int:
        return self._left

    @remaining_complexity_budget.setter
    def remaining_complexity_budget(self, left: int) -> None:
        self._left = left
        self._budget.step()
