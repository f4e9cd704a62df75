"""Choose the pictures of all titles of a request with one look at the profile's taste."""

from __future__ import annotations

import asyncio
import logging

from subgraphs.artwork.choose import Affinity, Choice, choose, unpersonalised
from subgraphs.artwork.drawing.render import Subject
from subgraphs.artwork.drawing.themes import Variant, variants_of
from subgraphs.artwork.resources import ArtworkContext
from subgraphs.artwork.tastes import today

TASTE_TIMEOUT_SECONDS = 0.25
_logger = logging.getLogger("reelgraph.artwork")


async def load_choices(context: ArtworkContext, subjects: list[Subject]) -> list[Choice]:
    """Choose a variant for each title; unpersonalised where the profile is not known.

    A store that is slow or broken costs the personalisation and nothing else.
    """
    profile_id = context.identity.profile
    if profile_id is None:
        return [unpersonalised(_variants(subject)) for subject in subjects]
    day = today()
    affinity = await _affinity(context, profile_id, day)
    if affinity is None:
        return [unpersonalised(_variants(subject)) for subject in subjects]
    return [_choose(context, subject, profile_id, day, affinity) for subject in subjects]


async def _affinity(context: ArtworkContext, profile_id: str, day: str) -> Affinity | None:
    try:
        async with asyncio.timeout(TASTE_TIMEOUT_SECONDS):
            return await context.resources.tastes.affinity(profile_id, day)
    except Exception as error:
        _logger.warning("artwork is not personalised, the store failed: %r", error)
        return None


def _choose(
    context: ArtworkContext, subject: Subject, profile_id: str, day: str, affinity: Affinity
) -> Choice:
    shared = context.resources
    variants = _variants(subject)
    choice = choose(variants, profile_id, subject.title_id, day, affinity, shared.explore_share)
    shared.notebook.note_choice(profile_id, subject.title_id, day, variants, choice, affinity)
    return choice


def _variants(subject: Subject) -> list[Variant]:
    return variants_of(subject.title_id, subject.genres)
