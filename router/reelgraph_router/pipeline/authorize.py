"""What a caller may have: the requirements that hold, and how the rest is told.

The filtering itself is a pass over the normalised operation (`reelgraph_federation.operations`);
here stands what depends on the request.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from reelgraph_federation.operations import Granted, LeftOut
from reelgraph_federation.supergraph.model import Access
from reelgraph_router.errors import Code, GraphQLFault, RequestError
from reelgraph_router.execution.interpreter.complete import holds
from reelgraph_router.hooks import PolicyHook
from reelgraph_router.identity.authenticate import CHALLENGE
from reelgraph_router.pipeline.request import ClientRequest

Requirements = frozenset[Access]
Where = Literal["errors", "extensions", "disabled"]

NO_REQUIREMENTS: Requirements = frozenset()
MESSAGE = "Unauthorized field or type"
EXTENSION = "authorizationErrors"


@dataclass(frozen=True, slots=True)
class AuthorizationRules:
    """How clients hear of what was left out.

    `errors`: in the response's `errors`, in its `extensions` under `authorizationErrors`, or not at
    all. `reject`: an operation of which anything would be left out is refused as a whole.
    """

    errors: Where = "errors"
    reject: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Unauthorized:
    """What was left out of an operation for callers of one kind."""

    left_out: tuple[LeftOut, ...]
    rules: AuthorizationRules

    def refuse(self, variables: Mapping[str, object], request: ClientRequest) -> None:
        """Raise RequestError where the rules say that nothing may be left out."""
        if not self.rules.reject:
            return
        faults = self.faults(variables)
        if faults:
            if request.identity.kind == "anonymous":
                raise RequestError(faults, 401, well_formed=True, headers=CHALLENGE)
            raise RequestError(faults, 403, well_formed=True)

    def faults(self, variables: Mapping[str, object]) -> list[GraphQLFault]:
        """One error for each place that this request asks for."""
        return [_fault(one) for one in self.left_out if holds(one.condition, variables)]

    def tell(
        self, variables: Mapping[str, object], extensions: dict[str, object]
    ) -> list[GraphQLFault]:
        """The errors of a response, or what goes into its extensions, as the rules say."""
        faults = self.faults(variables)
        if self.rules.errors == "errors":
            return faults
        if self.rules.errors == "extensions" and faults:
            extensions[EXTENSION] = [fault.to_json() for fault in faults]
        return []


def _fault(one: LeftOut) -> GraphQLFault:
    extensions: dict[str, object] = {"affectedPath": ".".join(one.path)}
    return GraphQLFault(MESSAGE, Code.UNAUTHORIZED, one.path[: one.known], extensions=extensions)


def policies_in(requirements: Iterable[Access]) -> frozenset[str]:
    """The names of all policies that requirements mention."""
    return frozenset(name for one in requirements for names in one.policies for name in names)


async def find_held(
    requirements: Requirements, request: ClientRequest, decide: PolicyHook | None
) -> Requirements:
    """The requirements that a request's caller meets."""
    identity = request.identity
    policies = await _held_policies(policies_in(requirements), request, decide)
    granted = Granted(identity.kind != "anonymous", identity.scopes, policies)
    return frozenset(one for one in requirements if granted.satisfies(one))


async def _held_policies(
    names: frozenset[str], request: ClientRequest, decide: PolicyHook | None
) -> frozenset[str]:
    if decide is None or not names:
        return frozenset()
    found = decide(request, names)
    if inspect.isawaitable(found):
        found = await found
    return frozenset(found) & names
