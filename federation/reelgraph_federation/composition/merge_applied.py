"""Merge what directives say about an element, each by its own strategy.

``@inaccessible`` and ``@authenticated``: said by one, said by all. ``@tag``: union.
``@requiresScopes`` and ``@policy``: all requirements hold together. ``@cost``: the maximum.
``@listSize``: maximum, unions, conjunction. ``@deprecated``: one reason, the most frequent.
"""

from __future__ import annotations

from collections import Counter

from ..subgraph.document import Directive
from ..supergraph.access import join_alternatives
from ..supergraph.model import NONE_APPLIED, Access, AppliedDirective, AppliedDirectives, ListSize
from ..values import print_value
from .state import Element, MergeState, Sources

DEFAULT_DEPRECATION = "No longer supported"
Application = tuple[int, Directive]


def merge_applied(
    state: MergeState, coordinate: str, sources: Sources[Element]
) -> tuple[AppliedDirectives, str | None]:
    """Return the merged marks of an element, and the reason why it is deprecated if it is."""
    applications = [
        (i, d) for i, element in sources if element.directives for d in element.directives
    ]
    if not applications:
        return NONE_APPLIED, None
    by_spec: dict[str, list[Application]] = {}
    for application in applications:
        by_spec.setdefault(_meaning(application[1]), []).append(application)
    applied = AppliedDirectives(
        inaccessible="inaccessible" in by_spec,
        tags=_merge_tags(by_spec.get("tag", [])),
        access=_merge_access(state, coordinate, by_spec),
        cost=_merge_cost(state, coordinate, by_spec.get("cost", [])),
        list_size=_merge_list_size(state, coordinate, by_spec.get("listSize", [])),
        composed=(
            *(_merge_composed(state, coordinate, by_spec) if state.composed else ()),
            *_merge_cache_tags(state, by_spec.get("cacheTag", [])),
        ),
    )
    deprecation = _merge_deprecation(state, coordinate, by_spec.get("deprecated", []))
    return (NONE_APPLIED if applied == NONE_APPLIED else applied), deprecation


def _meaning(directive: Directive) -> str:
    """Return what a directive means: one of the document's own keeps its ``@``."""
    return f"@{directive.name}" if directive.spec is None else directive.spec


def _merge_composed(
    state: MergeState, coordinate: str, by_spec: dict[str, list[Application]]
) -> tuple[AppliedDirective, ...]:
    """Composed custom directives: each distinct application, or the most frequent one."""
    merged: list[AppliedDirective] = []
    for name, definition in state.composed.items():
        applications = by_spec.get(f"@{name}", [])
        distinct = Counter(
            tuple((key, print_value(value)) for key, value in directive.args.items())
            for _, directive in applications
        )
        if len(distinct) > 1 and not definition.repeatable:
            hint_kept_arguments(state, coordinate, name, applications)
            distinct = Counter(dict(distinct.most_common(1)))
        merged.extend(AppliedDirective(name, arguments) for arguments in distinct)
    return tuple(merged)


def _merge_cache_tags(
    state: MergeState, applications: list[Application]
) -> tuple[AppliedDirective, ...]:
    """Cache tags stay with their subgraphs: the supergraph says which subgraph has which."""
    graphs: dict[str, list[str]] = {}
    for index, directive in applications:
        found = graphs.setdefault(print_value(directive.text("format")), [])
        if state.graphs[index] not in found:
            found.append(state.graphs[index])
    return tuple(
        AppliedDirective(
            "join__directive",
            (
                ("graphs", f"[{', '.join(names)}]"),
                ("name", '"federation__cacheTag"'),
                ("args", f"{{ format: {text} }}"),
            ),
        )
        for text, names in graphs.items()
    )


def _merge_tags(applications: list[Application]) -> tuple[str, ...]:
    names = (directive.text("name") for _, directive in applications)
    return tuple(sorted({name for name in names if name is not None}))


def _merge_access(
    state: MergeState, coordinate: str, by_spec: dict[str, list[Application]]
) -> Access | None:
    authenticated = "authenticated" in by_spec
    scopes = _require_all(by_spec.get("requiresScopes", []), "scopes")
    policies = _require_all(by_spec.get("policy", []), "policies")
    for spec in ("requiresScopes", "policy"):
        _hint_if_merged(state, coordinate, spec, by_spec.get(spec, []))
    if not (authenticated or scopes or policies):
        return None
    return Access(authenticated, scopes, policies)


def _require_all(applications: list[Application], argument: str) -> tuple[tuple[str, ...], ...]:
    """Join requirements with "and": each is a list of alternatives of names needed together."""
    alternatives: list[list[frozenset[str]]] = []
    for _, directive in applications:
        found = directive.alternatives(argument)
        if found not in alternatives:
            alternatives.append(found)
    return join_alternatives(alternatives)


def _hint_if_merged(
    state: MergeState, coordinate: str, spec: str, applications: list[Application]
) -> None:
    texts = {print_value(directive.args, sort=True) for _, directive in applications}
    if len(texts) > 1:
        message = (
            f'@{spec} of "{coordinate}" has different arguments in '
            f"{state.subgraph_list(i for i, _ in applications)}; the supergraph merges them"
        )
        where = [(index, directive.at) for index, directive in applications]
        state.report("MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", message, coordinate, where)


def _merge_cost(state: MergeState, coordinate: str, applications: list[Application]) -> int | None:
    _hint_if_merged(state, coordinate, "cost", applications)
    weights = [directive.number("weight") for _, directive in applications]
    return max((weight for weight in weights if weight is not None), default=None)


def _merge_list_size(
    state: MergeState, coordinate: str, applications: list[Application]
) -> ListSize | None:
    if not applications:
        return None
    _hint_if_merged(state, coordinate, "listSize", applications)
    given = [directive for _, directive in applications]
    sizes = [directive.number("assumedSize") for directive in given]
    return ListSize(
        assumed_size=max((size for size in sizes if size is not None), default=None),
        slicing_arguments=_union(given, "slicingArguments"),
        sized_fields=_union(given, "sizedFields"),
        require_one_slicing_argument=all(
            directive.flag("requireOneSlicingArgument", True) for directive in given
        ),
    )


def _union(given: list[Directive], argument: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for directive in given for name in directive.texts(argument)))


def _merge_deprecation(
    state: MergeState, coordinate: str, applications: list[Application]
) -> str | None:
    if not applications:
        return None
    reasons = [_reason(directive) for _, directive in applications]
    chosen = Counter(reasons).most_common(1)[0][0]
    if len(set(reasons)) > 1:
        hint_kept_arguments(state, coordinate, "deprecated", applications)
    return chosen


def _reason(directive: Directive) -> str:
    reason = directive.text("reason")
    return DEFAULT_DEPRECATION if reason is None else reason


def hint_kept_arguments(
    state: MergeState, coordinate: str, name: str, applications: list[Application]
) -> None:
    """Tell that a directive's arguments differ and that one subgraph's were kept."""
    message = (
        f'@{name} of "{coordinate}" has different arguments in '
        f"{state.subgraph_list(i for i, _ in applications)}; the supergraph keeps the most frequent"
    )
    where = [(index, directive.at) for index, directive in applications]
    state.report("INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", message, coordinate, where)
