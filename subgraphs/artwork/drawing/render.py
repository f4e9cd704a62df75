"""Draw one variant of a title's artwork in one shape."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from subgraphs.artwork.drawing.canvas import Canvas
from subgraphs.artwork.drawing.designs import DESIGNS
from subgraphs.artwork.drawing.lettering import (
    CONDENSED,
    LIGHT,
    SANS,
    SERIF,
    Face,
    fit,
    write,
    write_line,
)
from subgraphs.artwork.drawing.palettes import PALETTES, Palette
from subgraphs.artwork.drawing.themes import THEMES, Variant

DESIGN_VERSION = 1
"""Grows when the same input would draw something else, so that caches fetch it anew."""

SIZES = {"poster": (600, 900), "landscape": (960, 540)}
_FACES: dict[str, Face] = {"serif": SERIF, "sans": SANS, "condensed": CONDENSED, "light": LIGHT}
_UPPER_CASE = frozenset({"condensed", "light"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What is drawn."""

    title_id: str
    name: str
    year: int
    genres: tuple[str, ...]


def render(subject: Subject, variant: Variant, shape: str) -> str:
    """Return the SVG document; equal arguments give equal documents."""
    width, height = SIZES[shape]
    canvas = Canvas(width, height)
    palette = PALETTES[variant.palette]
    random = Random(f"{subject.title_id}:{variant.name}")
    DESIGNS[variant.design](canvas, palette, random)
    _shade(canvas, palette)
    _letters(canvas, palette, subject, variant)
    return canvas.document(alt_text(subject, variant))


def alt_text(subject: Subject, variant: Variant) -> str:
    """Say in words what the picture shows."""
    return f"{subject.name} ({subject.year}): {THEMES[variant.theme].scene}"


def _shade(canvas: Canvas, palette: Palette) -> None:
    """Darken the place of the letters, whatever lies under it."""
    if canvas.is_tall:
        shade = canvas.linear(
            (0.42, palette.dark, 0.0), (0.7, palette.dark, 0.86), (1, palette.dark, 0.98)
        )
    else:
        shade = canvas.linear(
            (0, palette.dark, 0.95),
            (0.42, palette.dark, 0.72),
            (0.68, palette.dark, 0.0),
            angle=(1, 0),
        )
    canvas.fill(shade)


def _letters(canvas: Canvas, palette: Palette, subject: Subject, variant: Variant) -> None:
    style = THEMES[variant.theme].lettering
    name = subject.name.upper() if style in _UPPER_CASE else subject.name
    if canvas.is_tall:
        _poster_letters(canvas, palette, subject, _FACES[style], name)
    else:
        _landscape_letters(canvas, palette, subject, _FACES[style], name)


def _poster_letters(
    canvas: Canvas, palette: Palette, subject: Subject, face: Face, name: str
) -> None:
    margin = canvas.width * 0.08
    width = canvas.width - 2 * margin
    lettering = fit(name, face, width, canvas.height * 0.25, largest=canvas.width * 0.17)
    foot = canvas.height - margin
    _caption(canvas, palette, subject, canvas.width / 2, foot, width, "middle")
    rule = foot - canvas.width * 0.062
    canvas.rect(canvas.width / 2 - width * 0.09, rule, width * 0.18, 3, fill=palette.accent)
    top = rule - canvas.width * 0.035 - lettering.height
    write(canvas, lettering, canvas.width / 2, top, width, palette.ink, "middle")


def _landscape_letters(
    canvas: Canvas, palette: Palette, subject: Subject, face: Face, name: str
) -> None:
    margin = canvas.width * 0.055
    width = canvas.width * 0.47
    lettering = fit(name, face, width, canvas.height * 0.52, largest=canvas.width * 0.092)
    foot = canvas.height - margin
    _caption(canvas, palette, subject, margin, foot, width, "start")
    rule = foot - canvas.width * 0.042
    canvas.rect(margin, rule, width * 0.2, 3, fill=palette.accent)
    top = rule - canvas.width * 0.025 - lettering.height
    write(canvas, lettering, margin, top, width, palette.ink, "start")


def _caption(
    canvas: Canvas,
    palette: Palette,
    subject: Subject,
    x: float,
    y: float,
    width: float,
    anchor: str,
) -> None:
    genres = " · ".join(subject.genres[:2])
    text = f"{subject.year}  {genres}".strip().upper()
    size = canvas.width * (0.026 if canvas.is_tall else 0.0165)
    line = fit(text, LIGHT, width, size * 1.2, largest=size)
    write_line(canvas, line.lines[0], LIGHT, line.size, x, y, width, palette.light, anchor)
