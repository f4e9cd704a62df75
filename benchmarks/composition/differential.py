"""Compose generated subgraph sets with reelgraph and with the peer; report every difference.

Run: python benchmarks/composition/differential.py [--from 0] [--to 500] [--show 5]

Equal means: both compose and the API schemas are the same apart from order, or both fail with the
same set of codes, and types and fields ask the same of those who read them. Differences that are meant are the tables of meant.py, one for each peer.

Whatever we compose is then read back by our reader and by Apollo's, which proves it once more, and our planner
plans a query for each place of it; nothing that these refuse is ever meant.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from graphql import (
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
    lexicographic_sort_schema,
    print_type,
)

from reelgraph_federation import CompositionResult, Subgraph, compose
from reelgraph_federation.supergraph import parse_supergraph
from reelgraph_federation.supergraph.access import join_alternatives
from reelgraph_federation.supergraph.model import (
    Access,
    AppliedDirectives,
    InterfaceType,
    ObjectType,
)
from reelgraph_federation.supergraph.parse_sdl import InvalidSupergraphError
from reelgraph_federation.supergraph.supergraph import Supergraph

sys.path.insert(0, str(Path(__file__).parent))
from every_place import unplanned
from generate import Abstract, Wild
from generate_documents import Named, Old
from generate_joined import Joined
from generate_marked import Marked
from meant import MEANT, Table
from peer import Answer, Peer

CRASHES = (
    "Contexts exists",
    "Should not have been called",
    "this is either a bug",
    "not a function",
)
"""Texts of exceptions that are faults of a peer, not of what it composes."""

OWN_HINTS = {
    "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS",
    "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE",
}
"""Hints that the specification lists and the peer never gives."""

KINDS: dict[str, type[Wild]] = {
    "wild": Wild,
    "abstract": Abstract,
    "marked": Marked,
    "joined": Joined,
    "old": Old,
    "named": Named,
}


def accepted(ours: CompositionResult, theirs: Answer, sdl: str, table: Table) -> str | None:
    """Return why a difference in codes is meant; None when some code stays unexplained."""
    our_codes = {problem.code for problem in ours.errors}
    extra = our_codes - set(theirs["codes"])
    missing = set(theirs["codes"]) - our_codes
    hints = [hint.code for hint in ours.hints]
    texts = [sdl, *theirs.get("messages", ()), *hints, *our_codes]
    reasons = []
    stops = False
    for meant in table:
        if meant.when and not any(meant.when in text for text in texts):
            continue
        if meant.beside and not theirs["codes"]:
            continue
        if meant.ours & (our_codes - set(theirs["codes"])) or meant.theirs & missing:
            extra = set() if meant.unread else extra - meant.ours
            missing -= meant.theirs
            stops = stops or meant.stops
            reasons.append(meant.reason)
    if stops:
        missing = set()
    return None if extra or missing else "; ".join(reasons)


def normal(sdl: str) -> str:
    """Return an API schema in a normal form: sorted, without directive definitions."""
    schema = lexicographic_sort_schema(build_schema(sdl, assume_valid=True))
    own = [t for t in schema.type_map.values() if not is_introspection_type(t)]
    return "\n".join(print_type(t) for t in own if not is_specified_scalar_type(t))


def difference(ours: CompositionResult, theirs: Answer, sdl: str, table: Table) -> str | None:
    """Return what differs, None when the results are equal; a reason in brackets if it is meant."""
    our_codes = {problem.code for problem in ours.errors}
    their_codes = set(theirs["codes"])
    if any(crash in text for crash in CRASHES for text in theirs.get("messages", ())):
        return "[the peer ends with an exception of its own]"
    if our_codes != their_codes:
        reason = accepted(ours, theirs, sdl, table)
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
        assert ours.supergraph_sdl is not None
        if protection(ours.supergraph_sdl) != protection(theirs["supergraph"]):
            return "different requirements of those who read"
        return said_differently(ours, theirs, sdl)
    return None


def said_differently(ours: CompositionResult, theirs: Answer, sdl: str) -> str | None:
    """Return what two supergraphs of one API schema differ in: directives of elements, then hints."""
    assert ours.supergraph is not None
    mine = dict(applied_in(ours.supergraph))
    other = dict(applied_in(parse_supergraph(theirs["supergraph"])))
    for coordinate in sorted(mine.keys() | other.keys()):
        if mine.get(coordinate) != other.get(coordinate):
            if "@external @tag" in sdl and "hints" not in theirs:
                return "[the peer merges tags of external fields]"
            return f"different directives on {coordinate}"
    hints = {hint.code for hint in ours.hints}
    told = set(theirs.get("hints", hints))
    missing, extra = told - hints, hints - told - OWN_HINTS
    if missing or extra:
        return f"hints: only ours {sorted(extra)}, only theirs {sorted(missing)}"
    return None


def applied_in(supergraph: Supergraph) -> Iterator[tuple[str, object]]:
    """Yield what directives say about each element, by coordinate; composed ones left out."""
    for name, one in supergraph.types.items():
        yield name, said(one.applied)
        for field in getattr(one, "fields", {}).values():
            yield f"{name}.{field.name}", said(field.applied)
            for argument in getattr(field, "arguments", {}).values():
                yield f"{name}.{field.name}({argument.name}:)", said(argument.applied)
        for value in getattr(one, "values", {}).values():
            yield f"{name}.{value.name}", said(value.applied)


def said(applied: AppliedDirectives) -> object:
    """Return what directives say besides access, in an order of its own."""
    return (applied.inaccessible, sorted(applied.tags), applied.cost, applied.list_size)


def protection(supergraph_sdl: str) -> dict[str, Access]:
    """Return what types and fields of a supergraph ask of their readers, interfaces included."""
    found: dict[str, Access | None] = {}
    for one in parse_supergraph(supergraph_sdl).types.values():
        found[one.name] = one.applied.access
        if isinstance(one, ObjectType | InterfaceType):
            found |= {f"{one.name}.{name}": f.applied.access for name, f in one.fields.items()}
    return {
        name: Access(
            access.authenticated,
            join_alternatives([access.scopes]),
            join_alternatives([access.policies]),
        )
        for name, access in found.items()
        if access is not None
    }


def misread(ours: CompositionResult, subgraphs: list[tuple[str, str]], peer: Peer) -> str | None:
    """Return what is wrong with a supergraph of ours for those who read it, None where all is well."""
    if ours.supergraph_sdl is None or ours.api_schema_sdl is None:
        return None
    try:
        read = parse_supergraph(ours.supergraph_sdl)
    except InvalidSupergraphError as error:
        return f"our reader refuses our supergraph: {error}"
    answer = peer.read(ours.supergraph_sdl, subgraphs)
    if "refused" in answer:
        return f"Apollo's reader refuses our supergraph: {answer['refused']}"
    if normal(answer["api"]) != normal(ours.api_schema_sdl):
        return "Apollo's reader sees another API schema in our supergraph"
    found = unplanned(read)
    return f"our planner cannot answer {found[0]}" if found else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--to", dest="end", type=int, default=500)
    parser.add_argument("--kind", choices=tuple(KINDS), default="wild")
    parser.add_argument("--show", type=int, default=5, help="how many differences to print in full")
    parser.add_argument("--peer", choices=("guild", "apollo"), default="guild")
    options = parser.parse_args()
    kinds: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    alike: Counter[str] = Counter()
    first: dict[str, int] = {}
    shown = 0
    with Peer(options.peer) as peer:
        for seed in range(options.start, options.end):
            subgraphs = KINDS[options.kind](seed).subgraphs()
            ours = compose(Subgraph(n, f"http://{n}.example", sdl) for n, sdl in subgraphs)
            theirs = peer.compose(subgraphs)
            sdl = "\n".join(text for _, text in subgraphs)
            found = misread(ours, subgraphs, peer) or difference(
                ours, theirs, sdl, MEANT[options.peer]
            )
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
        print(f"{count:5} {' '.join(kind.split())[:300]} (seed {first[kind]})")
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
    sys.stdout.flush()


HEADER_LINE = Wild(0).subgraphs()[0][1].split("\n")[0] + "\n"

if __name__ == "__main__":
    main()
