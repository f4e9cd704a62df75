from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subgraphs.artwork.drawing.designs import DESIGNS
from subgraphs.artwork.drawing.lettering import (
    CONDENSED,
    LIGHT,
    MAX_LINES,
    SANS,
    SERIF,
    fit,
    text_width,
)
from subgraphs.artwork.drawing.palettes import PALETTES
from subgraphs.artwork.drawing.render import SIZES, Subject, render
from subgraphs.artwork.drawing.themes import THEMES, Variant, theme_of, variants_of

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {"svg", "title", "defs", "linearGradient", "radialGradient", "stop", "rect", "circle"} | {
    "ellipse",
    "line",
    "polygon",
    "path",
    "text",
}
MARKUP = ['<script>alert("1")</script>', "&amp;", '"/><image href="x"/>', "]]>", "\x00\x0b\ufffe"]
NAMES = st.one_of(st.text(max_size=300), st.sampled_from(MARKUP))


@settings(max_examples=60, deadline=None)
@given(
    name=NAMES,
    genres=st.lists(st.one_of(st.sampled_from(sorted(THEMES)), NAMES), max_size=8),
    title_id=NAMES,
    year=st.integers(-(2**31), 2**31 - 1),
    shape=st.sampled_from(sorted(SIZES)),
)
def test_no_input_gets_markup_in(
    name: str, genres: list[str], title_id: str, year: int, shape: str
) -> None:
    subject = Subject(title_id, name, year, tuple(genres))
    variants = variants_of(title_id, genres)
    assert variants
    for variant in variants:
        document = render(subject, variant, shape)
        root = ElementTree.fromstring(document)
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= DRAWN
        for element in root.iter():
            assert not any(attribute.startswith("on") for attribute in element.attrib)
            assert not any("href" in attribute for attribute in element.attrib)
        assert len(document) < 200_000


@pytest.mark.parametrize("shape", sorted(SIZES))
@pytest.mark.parametrize("design", sorted(DESIGNS))
@pytest.mark.parametrize("palette", sorted(PALETTES))
def test_every_design_draws_in_every_palette(design: str, palette: str, shape: str) -> None:
    subject = Subject("t1", "The General", 1926, ("Comedy",))
    variant = Variant("classic", "classic", design, palette)
    document = render(subject, variant, shape)
    root = ElementTree.fromstring(document)
    assert (int(root.attrib["width"]), int(root.attrib["height"])) == SIZES[shape]
    text = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))
    assert "General" in text
    assert "1926" in text
    assert document == render(subject, variant, shape)


def test_every_theme_has_designs_and_palettes_that_exist() -> None:
    assert THEMES
    for theme in THEMES.values():
        assert set(theme.designs) <= set(DESIGNS)
        assert set(theme.palettes) <= set(PALETTES)


@given(st.text(max_size=40), st.lists(st.sampled_from(["Horror", "Drama", "Opera", "War"])))
def test_a_title_has_three_to_five_variants_that_differ(title_id: str, genres: list[str]) -> None:
    variants = variants_of(title_id, genres)
    assert variants == variants_of(title_id, genres)
    assert 3 <= len(variants) <= 5
    assert len({variant.name for variant in variants}) == len(variants)
    assert len({(variant.design, variant.palette) for variant in variants}) == len(variants)
    assert {theme_of(genre) for genre in genres} <= {variant.theme for variant in variants}


@settings(deadline=None)
@given(
    st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=300),
    st.sampled_from([SERIF, SANS, CONDENSED, LIGHT]),
)
def test_letters_fit_their_box(text: str, face: object) -> None:
    from subgraphs.artwork.drawing.lettering import Face

    assert isinstance(face, Face)
    lettering = fit(text, face, width=500, height=220, largest=100)
    assert len(lettering.lines) <= MAX_LINES
    for line in lettering.lines:
        # A single wide glyph may be wider than the smallest size allows; nothing else may.
        assert text_width(line, face) * lettering.size <= 500 * 1.001 or len(line) == 1


def test_a_short_name_is_written_large_and_a_long_one_whole() -> None:
    assert fit("It", SERIF, 500, 220, largest=100).size == 100
    long = "The Adventures of Prince Achmed and the Lamp of the Far Mountain"
    assert " ".join(fit(long, SERIF, 500, 220, largest=100).lines) == long


def test_drawing_is_quick() -> None:
    subject = Subject("t1", "The General", 1926, ("Comedy",))
    assert DESIGNS
    for design in DESIGNS:
        variant = Variant("classic", "classic", design, "ember")
        render(subject, variant, "poster")
        began = time.process_time()
        render(subject, variant, "poster")
        assert time.process_time() - began < 0.1, design
