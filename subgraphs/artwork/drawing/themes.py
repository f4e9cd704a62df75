"""Which designs and colours speak of which genre, and the variants that follow for a title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

CLASSIC = "classic"
MAX_VARIANTS = 5
_LEAST_VARIANTS = 3


@dataclass(frozen=True, slots=True)
class Theme:
    """What a genre looks like, the most telling design and palette first."""

    designs: tuple[str, ...]
    palettes: tuple[str, ...]
    lettering: str
    scene: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One of a title's pictures; `theme` is the genre it speaks of, or `classic`."""

    name: str
    theme: str
    design: str
    palette: str


THEMES = {
    "action": Theme(("halftone", "skyline"), ("ember", "cobalt", "steel"), "sans", "motion"),
    "adventure": Theme(
        ("horizon", "sunburst"), ("lagoon", "desert", "meadow"), "serif", "a journey"
    ),
    "animation": Theme(
        ("halftone", "bauhaus"), ("coral", "cobalt", "saffron"), "sans", "bright dots"
    ),
    "comedy": Theme(("halftone", "curtain"), ("saffron", "coral", "cobalt"), "sans", "a star"),
    "crime": Theme(("blinds", "skyline"), ("steel", "silver", "crimson"), "condensed", "a shadow"),
    "documentary": Theme(
        ("horizon", "bauhaus"), ("ivory", "meadow", "steel"), "light", "open land"
    ),
    "drama": Theme(("duet", "bauhaus"), ("midnight", "rose", "ivory"), "serif", "two discs"),
    "experimental": Theme(("bauhaus", "orbit"), ("ivory", "coral", "silver"), "light", "shapes"),
    "family": Theme(("horizon", "halftone"), ("meadow", "coral", "saffron"), "sans", "green hills"),
    "fantasy": Theme(("duet", "orbit"), ("orchid", "nebula", "lagoon"), "serif", "two moons"),
    "film-noir": Theme(
        ("blinds", "skyline"), ("silver", "steel", "midnight"), "condensed", "light through a blind"
    ),
    "history": Theme(("sunburst", "horizon"), ("ivory", "ember", "desert"), "serif", "rays"),
    "horror": Theme(
        ("moonlit", "blinds"),
        ("absinthe", "crimson", "midnight"),
        "serif",
        "a bare tree under the moon",
    ),
    "musical": Theme(("curtain", "sunburst"), ("crimson", "orchid", "cobalt"), "serif", "a stage"),
    "mystery": Theme(
        ("blinds", "moonlit"), ("midnight", "absinthe", "silver"), "condensed", "a figure in a hat"
    ),
    "romance": Theme(("duet", "sunburst"), ("rose", "coral", "orchid"), "serif", "two discs"),
    "science-fiction": Theme(
        ("orbit", "skyline"), ("nebula", "cobalt", "lagoon"), "light", "a ringed planet"
    ),
    "short": Theme(("bauhaus", "halftone"), ("saffron", "lagoon", "coral"), "sans", "shapes"),
    "thriller": Theme(
        ("blinds", "skyline"), ("crimson", "steel", "absinthe"), "condensed", "a shadow"
    ),
    "war": Theme(("horizon", "sunburst"), ("steel", "ember", "ivory"), "condensed", "a red sky"),
    "western": Theme(
        ("horizon", "sunburst"), ("desert", "ember", "saffron"), "serif", "the sun over a ridge"
    ),
    CLASSIC: Theme(
        ("sunburst", "bauhaus", "curtain", "duet", "skyline"),
        ("ivory", "silver", "midnight", "ember", "lagoon", "rose"),
        "serif",
        "a poster of the old days",
    ),
}


def theme_of(genre: str) -> str:
    """Return the theme of a genre's name, `classic` for one without its own."""
    key = genre.strip().lower().replace(" ", "-")
    return key if key in THEMES else CLASSIC


def variants_of(title_id: str, genres: Sequence[str]) -> list[Variant]:
    """List a title's variants: one a genre, a classic, and others until there are three.

    They follow from the title's id and genres alone. The first is the one for people of whom
    nothing is known.
    """
    random = Random(f"variants:{title_id}")
    themes = list(dict.fromkeys([theme_of(genre) for genre in genres] + [CLASSIC]))
    themes = themes[: MAX_VARIANTS - 1] if CLASSIC not in themes[:MAX_VARIANTS] else themes
    variants: list[Variant] = []
    for theme in themes[:MAX_VARIANTS]:
        variants.append(_variant(theme, random, variants))
    while len(variants) < _LEAST_VARIANTS:
        variants.append(_variant(themes[0], random, variants))
    return variants


def _variant(theme: str, random: Random, others: Sequence[Variant]) -> Variant:
    """Take the theme's first design and a palette that no other variant of the title has."""
    designs = THEMES[theme].designs
    if theme == CLASSIC:
        # The classic look belongs to every title, so it must not be the same picture for all.
        designs = tuple(random.sample(designs, len(designs)))
    used_designs = {other.design for other in others}
    design = next((name for name in designs if name not in used_designs), random.choice(designs))
    used_palettes = {other.palette for other in others}
    free = [name for name in THEMES[theme].palettes if name not in used_palettes]
    palette = random.choice(free or list(THEMES[theme].palettes))
    names = {other.name for other in others}
    name = theme if theme not in names else f"{theme}-{len(others) + 1}"
    return Variant(name, theme, design, palette)
