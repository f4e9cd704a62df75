"""Compare the directives applied to the elements of the schemas."""

from collections import Counter
from collections.abc import Iterator

from graphql import GraphQLSchema

from ..change import Change, Criticality
from ..elements import match_by_name
from ..kinds import ChangeKind
from .applied_directives import AppliedDirective, Site, sites


def compare_directive_usages(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield the directives newly applied, no longer applied, and applied with other arguments.

    Dangerous, for what a directive does is known to its owner alone; safe on a new element and for
    ``@deprecated``. ``@oneOf`` added is breaking (inputs with two fields stop being valid), removed
    it is safe. Equal uses are matched whatever their order, the others of a repeated directive in it.
    """
    for site in sites(old, new):
        if site.old == site.new:
            continue
        before = _numbered(Counter(site.old) - Counter(site.new))
        after = _numbered(Counter(site.new) - Counter(site.old))
        for _, old_use, new_use in match_by_name(before, after):
            if old_use is None and new_use is not None:
                yield _added(site, new_use.name)
            elif old_use is not None and new_use is None:
                yield _removed(site, old_use.name)
            elif old_use is not None and new_use is not None:
                yield from _compare_arguments(site, old_use, new_use)


def _numbered(uses: Counter[AppliedDirective]) -> dict[str, AppliedDirective]:
    seen: Counter[str] = Counter()
    numbered: dict[str, AppliedDirective] = {}
    for use in uses.elements():
        numbered[f"{use.name}#{seen[use.name]}"] = use
        seen[use.name] += 1
    return numbered


def _added(site: Site, directive: str) -> Change:
    if site.is_new or directive == "deprecated":
        criticality = Criticality.SAFE
    elif directive == "oneOf":
        criticality = Criticality.BREAKING
    else:
        criticality = Criticality.DANGEROUS
    kind = ChangeKind(f"DIRECTIVE_USAGE_{site.target}_ADDED")
    message = f"The directive '@{directive}' was applied to {_name(site)}."
    return Change(kind, criticality, site.coordinate, message, f"@{directive}")


def _removed(site: Site, directive: str) -> Change:
    safe = directive in ("deprecated", "oneOf")
    criticality = Criticality.SAFE if safe else Criticality.DANGEROUS
    kind = ChangeKind(f"DIRECTIVE_USAGE_{site.target}_REMOVED")
    message = f"The directive '@{directive}' is no longer applied to {_name(site)}."
    return Change(kind, criticality, site.coordinate, message, f"@{directive}")


def _compare_arguments(
    site: Site, old: AppliedDirective, new: AppliedDirective
) -> Iterator[Change]:
    """Yield the arguments given and no longer given; another value is one of each."""
    before, after = dict(old.arguments), dict(new.arguments)
    for name, old_value, new_value in match_by_name(before, after):
        if old_value == new_value:
            continue
        target = f"@{old.name}({name}:)"
        if old_value is not None:
            removed = Criticality.SAFE if old.name == "deprecated" else Criticality.DANGEROUS
            message = f"'{target}' is no longer {old_value} on {_name(site)}."
            kind = ChangeKind.DIRECTIVE_USAGE_ARGUMENT_REMOVED
            yield Change(kind, removed, site.coordinate, message, target)
        if new_value is not None:
            message = f"'{target}' is now {new_value} on {_name(site)}."
            kind = ChangeKind.DIRECTIVE_USAGE_ARGUMENT_ADDED
            yield Change(kind, Criticality.SAFE, site.coordinate, message, target)


def _name(site: Site) -> str:
    return f"'{site.coordinate}'" if site.coordinate else "the schema"
