"""Text of a template → document, with what a template must not contain reported."""

from __future__ import annotations

from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSyntaxError,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    visit,
)

from reelgraph_search.definition import DefinitionError, Problem


def parse_template(text: str, root: str) -> DocumentNode:
    """Parse a template: one fragment on the root type, first, and fragments that it spreads.

    Raises DefinitionError with positions inside the template.
    """
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        line, column = error.locations[0] if error.locations else (1, 1)
        raise DefinitionError([Problem("template", error.message, line, column)]) from None
    problems = _shape_problems(document, root)
    finder = _Forbidden()
    visit(document, finder)
    problems += finder.problems
    if problems:
        raise DefinitionError(problems)
    return document


def main_fragment(document: DocumentNode) -> FragmentDefinitionNode:
    """The fragment that says what a document holds."""
    fragment = document.definitions[0]
    assert isinstance(fragment, FragmentDefinitionNode)  # parse_template has seen to it
    return fragment


def problem_at(message: str, node: Node | None) -> Problem:
    """A problem at a node of the template."""
    if node is None or node.loc is None:
        return Problem("template", message)
    token = node.loc.start_token
    return Problem("template", message, token.line, token.column)


def _shape_problems(document: DocumentNode, root: str) -> list[Problem]:
    problems: list[Problem] = []
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            problems.append(
                problem_at(
                    "an operation cannot be a template; write `fragment Doc on "
                    f"{root} {{ … }}`: the indexer fetches it by key",
                    definition,
                )
            )
        elif not isinstance(definition, FragmentDefinitionNode):
            problems.append(problem_at("only fragments are allowed here", definition))
    first = document.definitions[0]
    if isinstance(first, FragmentDefinitionNode) and first.type_condition.name.value != root:
        problems.append(
            problem_at(
                f"the first fragment is on `{first.type_condition.name.value}`, but the root "
                f"of the index is `{root}`",
                first.type_condition,
            )
        )
    return problems


class _Forbidden(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.problems: list[Problem] = []

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        self.problems.append(
            problem_at(
                f"@{node.name.value} is not allowed: every document has the same shape", node
            )
        )

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.problems.append(
            problem_at(f"${node.name.value} has no value here; write the value itself", node)
        )
