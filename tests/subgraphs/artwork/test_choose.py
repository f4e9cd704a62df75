from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.artwork.choose import choose, unpersonalised
from subgraphs.artwork.drawing.themes import variants_of

VARIANTS = variants_of("t1", ["Comedy", "Horror", "War"])
AFFINITIES = st.dictionaries(st.sampled_from(["comedy", "horror", "war"]), st.floats(0, 1))


@given(st.text(), st.text(), st.text(), AFFINITIES)
def test_a_choice_is_stable_and_its_propensity_that_of_the_policy(
    profile: str, title: str, day: str, affinity: dict[str, float]
) -> None:
    choice = choose(VARIANTS, profile, title, day, affinity, explore_share=0.05)
    assert choice == choose(VARIANTS, profile, title, day, affinity, explore_share=0.05)
    if choice.propensity < 0.5:
        assert choice.explored
        assert choice.propensity == pytest.approx(0.05 / len(VARIANTS))
    else:
        assert choice.propensity == pytest.approx(0.95 + 0.05 / len(VARIANTS))


@pytest.mark.parametrize("theme", ["comedy", "horror", "war"])
def test_what_is_liked_is_shown(theme: str) -> None:
    choice = choose(VARIANTS, "p1", "t1", "2026-01-01", {theme: 1.0}, explore_share=0.0)
    assert choice.variant.theme == theme


def test_about_one_in_twenty_explores_evenly() -> None:
    choices = [
        choose(VARIANTS, f"p{number}", "t1", "2026-01-01", {"horror": 1.0}, 0.05)
        for number in range(20_000)
    ]
    explored = [choice for choice in choices if choice.explored]
    assert 0.04 < len(explored) / len(choices) < 0.06
    arms = Counter(choice.variant.name for choice in explored)
    assert min(arms.values()) > 0.7 * len(explored) / len(VARIANTS)


def test_the_logged_propensities_estimate_another_policy_without_bias() -> None:
    """Inverse propensity scoring over the log gives the share that always-first would have."""
    days = [f"day {number}" for number in range(20_000)]
    total = 0.0
    for day in days:
        choice = choose(VARIANTS, "p1", "t1", day, {"horror": 1.0}, 0.2)
        total += (choice.variant == VARIANTS[0]) / choice.propensity
    assert total / len(days) == pytest.approx(1.0, abs=0.1)


def test_profiles_without_history_differ() -> None:
    seen = {choose(VARIANTS, f"p{n}", "t1", "d", {}, 0.0).variant.name for n in range(50)}
    assert len(seen) > 1


def test_the_unknown_get_the_first_variant() -> None:
    choice = unpersonalised(VARIANTS)
    assert (choice.variant, choice.personalised) == (VARIANTS[0], False)
