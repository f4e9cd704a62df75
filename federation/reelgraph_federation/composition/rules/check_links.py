"""Links that agree over subgraphs: directives that reach the supergraph have one name.

A companion feature linked by itself (cost, authenticated, …) needs a federation version that has
it; a subgraph that links an older one is treated as if it linked the version needed.
"""

from __future__ import annotations

from ...subgraph.schema import SubgraphSchema
from ...subgraph.spec_features import APOLLO, DIRECTIVES, FEDERATION, MERGED_BY_SPEC
from ...subgraph.validation.elements import directive_uses
from ...supergraph.model import NamedType
from ..state import MergeState


def check_links(state: MergeState, types: dict[str, NamedType]) -> None:
    """Check the names of imported merged directives, and versions too old for a feature."""
    for name in sorted(MERGED_BY_SPEC):
        _check_name(state, name)
    for index, schema in enumerate(state.subgraphs):
        for link in schema.links:
            spec = DIRECTIVES.get(link.identity.removeprefix(f"{APOLLO}/"))
            version = schema.version
            if spec is None or version is None or spec.since <= version:
                continue
            message = (
                f'subgraph "{schema.name}" links federation v{version[0]}.{version[1]} and '
                f"@{spec.name}, which needs v{spec.since[0]}.{spec.since[1]}: it is treated as "
                "linking the latter"
            )
            code = "IMPLICITLY_UPGRADED_FEDERATION_VERSION"
            state.report(code, message, None, [(index, link.at)])


def _check_name(state: MergeState, name: str) -> None:
    """Check how the subgraphs that apply a directive import it."""
    spelled: dict[str, list[tuple[int, int]]] = {}
    for index, schema in enumerate(state.subgraphs):
        for link in schema.links:
            if link.identity == FEDERATION and f"@{name}" in link.imports:
                spelled.setdefault(link.imports[f"@{name}"], []).append((index, link.at))
    if len(spelled) < 2:
        return
    used = {
        alias: [place for place in found if applies(state.subgraphs[place[0]], name)]
        for alias, found in spelled.items()
    }
    used = {alias: found for alias, found in used.items() if found}
    if len(used) > 1:
        names = ", ".join(
            f'"{alias}" in {state.subgraph_list(i for i, _ in found)}'
            for alias, found in used.items()
        )
        message = f"federation's @{name} is imported under different names: {names}"
        places = [place for found in used.values() for place in found]
        state.report("LINK_IMPORT_NAME_MISMATCH", message, f"@{name}", places)


def applies(schema: SubgraphSchema, name: str) -> bool:
    """Tell whether a directive stands anywhere in a subgraph."""
    return any(
        directive.spec == name for _, _, found in directive_uses(schema) for directive in found
    )
