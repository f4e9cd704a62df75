"""Fit a name of any length and script into a box of a picture.

Nobody can know which fonts a viewer has, so widths are estimated per class of glyph and a line
that comes near the box gets SVG's `textLength`, which makes every font keep to it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from subgraphs.artwork.drawing.canvas import Canvas

MAX_LINES = 5
_ELLIPSIS = "…"
_NARROW = frozenset("iljtfrI.,:;'\u2019!|()[]- ")
_WIDE = frozenset("mwMW@%—…")


@dataclass(frozen=True, slots=True)
class Face:
    """A class of fonts: the CSS family list, and how wide its glyphs are in em."""

    family: str
    weight: int
    lower: float
    upper: float
    tracking: float = 0.0


SERIF = Face("Georgia,'Liberation Serif','Times New Roman',serif", 700, 0.53, 0.73)
SANS = Face("'Helvetica Neue',Helvetica,Arial,'Liberation Sans',sans-serif", 800, 0.57, 0.71)
CONDENSED = Face(
    "'Arial Narrow','Liberation Sans Narrow','Roboto Condensed','Helvetica Neue',sans-serif",
    700,
    0.47,
    0.58,
)
LIGHT = Face("'Helvetica Neue',Helvetica,Arial,'Liberation Sans',sans-serif", 400, 0.52, 0.68, 0.12)


@dataclass(frozen=True, slots=True)
class Lettering:
    """Lines of text that fit a box, and the size that makes them fit."""

    lines: tuple[str, ...]
    size: float
    face: Face

    @property
    def height(self) -> float:
        """The height of all lines together."""
        return self.size * (1 + 1.08 * (len(self.lines) - 1))


def fit(text: str, face: Face, width: float, height: float, largest: float) -> Lettering:
    """Break a text into at most five lines at the greatest size that fits the box.

    A text too long for that at a thirtieth of the box's width is cut with an ellipsis.
    """
    words = " ".join(text.split()).split(" ")
    smallest = max(width / 30, 1.0)
    best = Lettering(_cut(words, face, width / smallest), smallest, face)
    for count in range(1, min(MAX_LINES, len(words)) + 1):
        lines = _balanced(tuple(words), face, count)
        widest = max(text_width(line, face) for line in lines)
        size = min(largest, width / max(widest, 0.01), height / (1 + 1.08 * (count - 1)))
        if size > best.size * 1.02:
            best = Lettering(lines, size, face)
    return best


def write(
    canvas: Canvas,
    lettering: Lettering,
    x: float,
    top: float,
    width: float,
    fill: str,
    anchor: str = "start",
) -> float:
    """Write fitted lines from `top` down and return the y below the last baseline."""
    baseline = top + lettering.size * 0.8
    for line in lettering.lines:
        write_line(canvas, line, lettering.face, lettering.size, x, baseline, width, fill, anchor)
        baseline += lettering.size * 1.08
    return baseline - lettering.size * 1.08 + lettering.size * 0.2


def write_line(
    canvas: Canvas,
    line: str,
    face: Face,
    size: float,
    x: float,
    baseline: float,
    width: float,
    fill: str,
    anchor: str = "start",
) -> None:
    """Write one line; one that comes near `width` is made to keep to it."""
    attributes: dict[str, float | str] = {
        "font_family": face.family,
        "font_weight": face.weight,
        "font_size": size,
        "fill": fill,
        "text_anchor": anchor,
    }
    if face.tracking:
        attributes["letter_spacing"] = size * face.tracking
    estimate = text_width(line, face) * size
    if estimate > width * 0.8:
        attributes["textLength"] = min(estimate, width)
        attributes["lengthAdjust"] = "spacingAndGlyphs"
    canvas.text(line, x, baseline, **attributes)


def text_width(text: str, face: Face) -> float:
    """Estimate the width of a text in em."""
    return sum(_glyph_width(character, face) for character in text)


@lru_cache(maxsize=4096)
def _glyph_width(character: str, face: Face) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0 + face.tracking
    if character in _NARROW:
        return face.lower * 0.6 + face.tracking
    if character in _WIDE:
        return face.upper * 1.3 + face.tracking
    return (face.upper if character.isupper() else face.lower) + face.tracking


def _balanced(words: tuple[str, ...], face: Face, count: int) -> tuple[str, ...]:
    """Break words into `count` lines whose widest is as narrow as can be."""
    widths = [text_width(word, face) for word in words]
    low, high = max(widths), sum(widths) + len(words)
    for _ in range(24):
        middle = (low + high) / 2
        if len(_filled(words, face, middle)) <= count:
            high = middle
        else:
            low = middle
    return _filled(words, face, high)


def _filled(words: tuple[str, ...], face: Face, width: float) -> tuple[str, ...]:
    lines: list[str] = []
    for word in words:
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, face) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    return tuple(lines)


def _cut(words: list[str], face: Face, width: float) -> tuple[str, ...]:
    """Fill five lines of `width` em and say with an ellipsis that there was more."""
    pieces = [piece for word in words for piece in _split(word, face, width)]
    lines = _filled(tuple(pieces), face, width)
    if len(lines) <= MAX_LINES:
        return lines
    last = lines[MAX_LINES - 1]
    while last and text_width(last + _ELLIPSIS, face) > width:
        last = last[:-1]
    return (*lines[: MAX_LINES - 1], last.rstrip() + _ELLIPSIS)


def _split(word: str, face: Face, width: float) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and text_width(pieces[-1] + character, face) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces
