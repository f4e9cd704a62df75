"""Check and compose without a registry: the same use of the domain on files."""

from datetime import UTC, datetime

from ..domain.check import Check, CheckSettings
from ..domain.composition import Composition, compose_schemas
from ..domain.errors import RegistryError
from ..domain.run_check import (
    Baseline,
    CheckSubject,
    conclude,
    find_proposed_changes,
    judge_proposed_changes,
)
from ..domain.subgraph_version import SchemaLimits, check_schemas
from ..use_cases.publish_subgraphs import replace_schemas
from .exits import InputError
from .given import as_schemas
from .subgraphs_config import GivenSubgraph


def compose_given(given: list[GivenSubgraph]) -> Composition:
    """Compose subgraphs; raises InputError for what is not worth composing."""
    schemas = as_schemas(given)
    try:
        check_schemas(schemas, SchemaLimits())
    except RegistryError as error:
        raise InputError(str(error)) from None
    return compose_schemas(schemas)


def check_given(
    base: list[GivenSubgraph],
    base_name: str,
    candidates: list[GivenSubgraph],
    deleted: tuple[str, ...],
    author: str,
    target: tuple[str, str],
    settings: CheckSettings,
) -> Check:
    """Check candidates against the supergraph of other files; without recorded usage.

    ``base_name`` stands in the result where the published version would.
    """
    before = compose_given(base)
    if not before.ok:
        raise InputError(
            "The subgraphs to compare with do not compose themselves; "
            "run `reelgraph supergraph compose` on them first."
        )
    kept = tuple(schema for schema in as_schemas(base) if schema.name not in deleted)
    schemas = as_schemas(candidates)
    proposed = compose_schemas(replace_schemas(kept, schemas))
    found = find_proposed_changes(before.api_schema_sdl, proposed.api_schema_sdl)
    changes = judge_proposed_changes(found, settings, None, schemas)
    subject = CheckSubject(
        graph=target[0],
        variant=target[1],
        names=(*(one.name for one in candidates), *deleted),
        author=author,
        created_at=datetime.now(UTC),
    )
    baseline = Baseline(base_name, before.api_schema_sdl, before.hints)
    return conclude(subject, baseline, proposed, changes, settings)
