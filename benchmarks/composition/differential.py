"""Compose generated subgraph sets with reelgraph and with the peer; report every difference.

Run: python benchmarks/composition/differential.py [--from 0] [--to 500] [--show 5]

Equal means: both compose and the API schemas are the same apart from order, or both fail with the
same set of codes. Differences that are meant are the table `MEANT`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from graphql import (
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
    lexicographic_sort_schema,
    print_type,
)

from reelgraph_federation import CompositionResult, Subgraph, compose

sys.path.insert(0, str(Path(__file__).parent))
from generate import Abstract, Wild
from peer import Answer, Peer


@dataclass(frozen=True)
class Meant:
    """A difference that is meant: which codes it explains on either side, when, and why."""

    reason: str
    ours: frozenset[str] = frozenset()
    theirs: frozenset[str] = frozenset()
    when: str = ""
    """A text that must occur in the subgraphs, the peer's messages or the codes of our hints."""
    stops: bool = False
    """We stop before merging, so that anything may follow at the peer's."""


MEANT = (
    Meant(
        "the peer takes an unused @external for used when its type implements any interface; like "
        "Apollo's composition we ask that the interface has the field",
        ours=frozenset({"EXTERNAL_UNUSED"}),
        stops=True,
    ),
    Meant(
        "the peer lets @requires name an object without selecting from it",
        ours=frozenset({"REQUIRES_INVALID_FIELDS"}),
        stops=True,
    ),
    Meant(
        "the peer does not look at access while other errors stand; all are reported here",
        ours=frozenset({"MISSING_TRANSITIVE_AUTH_REQUIREMENTS"}),
    ),
    Meant(
        "the peer does not ask that shared fields have runtime types in common",
        ours=frozenset({"SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"}),
    ),
    Meant(
        "the peer lets a union show whose members are all hidden, which is no valid API schema",
        ours=frozenset({"ONLY_INACCESSIBLE_CHILDREN"}),
        when="union Thing",
    ),
    Meant(
        "the peer lets a chain of overrides pass when its first source is gone",
        ours=frozenset({"OVERRIDE_SOURCE_HAS_OVERRIDE"}),
        theirs=frozenset({"SATISFIABILITY_ERROR"}),
        when="@override(from",
    ),
    Meant(
        "of a field with @override, the peer looks whether the overridden copy is shareable, not "
        "whether the overriding one is",
        ours=frozenset({"INVALID_FIELD_SHARING", "SATISFIABILITY_ERROR"}),
        theirs=frozenset({"INVALID_FIELD_SHARING", "SATISFIABILITY_ERROR"}),
        when="@override(from",
    ),
    Meant(
        "the peer wants the type of an @external copy equal, and reports it under two codes; as in "
        "Apollo's composition it may be more general, since it is only read",
        ours=frozenset({"SATISFIABILITY_ERROR"}),
        theirs=frozenset({"EXTERNAL_TYPE_MISMATCH", "FIELD_TYPE_MISMATCH"}),
        when="(where marked @external)",
    ),
    Meant(
        "the peer lets an interface object have an external field that no interface declares, if "
        "all implementations have it; like Apollo's composition we ask for it on the interface",
        ours=frozenset({"EXTERNAL_MISSING_ON_BASE"}),
        theirs=frozenset({"INTERFACE_FIELD_NO_IMPLEM", "INVALID_FIELD_SHARING"}),
        when="@interfaceObject @key",
    ),
    Meant(
        "between interface objects and implementations the peer asks for @shareable in other "
        "places; here, as for objects, every subgraph that resolves a field must share it",
        ours=frozenset({"INVALID_FIELD_SHARING"}),
        theirs=frozenset({"INVALID_FIELD_SHARING"}),
        when="@interfaceObject @key",
    ),
    Meant(
        "the peer does not see that an interface object whose key the interface does not have "
        "leads nowhere",
        ours=frozenset({"SATISFIABILITY_ERROR"}),
        when="@interfaceObject @key",
    ),
    Meant(
        "the peer wants external copies to have arguments that merging drops",
        theirs=frozenset({"EXTERNAL_ARGUMENT_MISSING"}),
        when="INCONSISTENT_ARGUMENT_PRESENCE",
    ),
    Meant(
        "the peer minds a hidden field of a hidden interface, which nobody can see",
        theirs=frozenset({"IMPLEMENTED_BY_INACCESSIBLE"}),
        when="interface Node @inaccessible",
    ),
)


def accepted(ours: CompositionResult, theirs: Answer, sdl: str) -> str | None:
    """Return why a difference in codes is meant; None when some code stays unexplained."""
    our_codes = {problem.code for problem in ours.errors}
    extra = our_codes - set(theirs["codes"])
    missing = set(theirs["codes"]) - our_codes
    texts = [sdl, *theirs.get("messages", ()), *(hint.code for hint in ours.hints)]
    reasons = []
    for meant in MEANT:
        if meant.when and not any(meant.when in text for text in texts):
            continue
        if meant.ours & extra or meant.theirs & missing:
            extra -= meant.ours
            missing = set() if meant.stops else missing - meant.theirs
            reasons.append(meant.reason)
    return None if extra or missing else "; ".join(reasons)


def normal(sdl: str) -> str:
    """Return an API schema in a normal form: sorted, without directive definitions."""
    schema = lexicographic_sort_schema(build_schema(sdl, assume_valid=True))
    own = [t for t in schema.type_map.values() if not is_introspection_type(t)]
    return "\n".join(print_type(t) for t in own if not is_specified_scalar_type(t))


def difference(ours: CompositionResult, theirs: Answer, sdl: str) -> str | None:
    """Return what differs, None when the results are equal; a reason in brackets if it is meant."""
    our_codes = {problem.code for problem in ours.errors}
    their_codes = set(theirs["codes"])
    if our_codes != their_codes:
        reason = accepted(ours, theirs, sdl)
        if reason is not None:
            return f"[{reason}]"
        return f"ours {sorted(our_codes) or 'ok'}, theirs {sorted(their_codes) or 'ok'}"
    if not our_codes:
        assert ours.api_schema_sdl is not None
        mine = normal(ours.api_schema_sdl)
        try:
            other = normal(theirs["api"])
        except TypeError as error:
            return f"[the peer's API schema is none: {str(error).partition(' cannot')[0]}]"
        if mine != other and mine.replace("!", "") == other.replace("!", "") and "@external" in sdl:
            return "[the peer lets an @external copy make the merged type more general]"
        hints = {hint.code for hint in ours.hints}
        if "INCONSISTENT_DEFAULT_VALUE_PRESENCE" in hints and mine == other.replace(" = 3", ""):
            return "[the peer keeps a default that only some subgraphs have]"
        if mine != other:
            return "different API schemas"
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--to", dest="end", type=int, default=500)
    parser.add_argument("--kind", choices=("wild", "abstract"), default="wild")
    parser.add_argument("--show", type=int, default=5, help="how many differences to print in full")
    options = parser.parse_args()
    kinds: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    alike: Counter[str] = Counter()
    first: dict[str, int] = {}
    shown = 0
    with Peer() as peer:
        for seed in range(options.start, options.end):
            subgraphs = {"wild": Wild, "abstract": Abstract}[options.kind](seed).subgraphs()
            ours = compose(Subgraph(n, f"http://{n}.example", sdl) for n, sdl in subgraphs)
            theirs = peer.compose(subgraphs)
            sdl = "\n".join(text for _, text in subgraphs)
            found = difference(ours, theirs, sdl)
            if found is None:
                agreed["both compose" if ours.ok else "both fail alike"] += 1
                alike.update({problem.code for problem in ours.errors})
                continue
            kinds[found] += 1
            first.setdefault(found, seed)
            if not found.startswith("[") and shown < options.show:
                shown += 1
                show(seed, found, subgraphs, ours, theirs)
    print(dict(agreed), dict(alike))
    for kind, count in kinds.most_common():
        print(f"{count:5} {kind} (seed {first[kind]})")
    sys.exit(1 if any(not kind.startswith("[") for kind in kinds) else 0)


def show(
    seed: int,
    found: str,
    subgraphs: list[tuple[str, str]],
    ours: CompositionResult,
    theirs: Answer,
) -> None:
    print(f"== seed {seed}: {found}")
    for name, sdl in subgraphs:
        print(f"# {name}\n{sdl.removeprefix(HEADER_LINE)}")
    for problem in ours.errors:
        print(f"  ours: {problem}")
    for message in theirs.get("messages", ()):
        print(f"  theirs: {message}")


HEADER_LINE = Wild(0).subgraphs()[0][1].split("\n")[0] + "\n"

if __name__ == "__main__":
    main()
