"""A grid of quarter circles, discs and bars."""

from __future__ import annotations

from random import Random

from subgraphs.artwork.drawing.canvas import Canvas
from subgraphs.artwork.drawing.palettes import Palette


def draw(canvas: Canvas, palette: Palette, random: Random) -> None:
    """Fill square cells with simple shapes."""
    canvas.fill(palette.deep)
    columns = 4 if canvas.is_tall else 7
    side = canvas.width / columns
    rows = int(canvas.height // side) + 1
    colours = [palette.mid, palette.light, palette.accent, palette.dark, palette.deep]
    for row in range(rows):
        for column in range(columns):
            ground, figure = random.sample(colours, 2)
            left, top = column * side, row * side
            canvas.rect(left, top, side + 0.5, side + 0.5, fill=ground)
            _shape(canvas, random, left, top, side, figure, random.choice(colours))


def _shape(
    canvas: Canvas, random: Random, left: float, top: float, side: float, figure: str, dot: str
) -> None:
    kind = random.randrange(6)
    right, bottom = left + side, top + side
    middle = (left + side / 2, top + side / 2)
    if kind < 2:
        x, y, sweep = random.choice(
            ((left, top, 0), (right, top, 1), (left, bottom, 1), (right, bottom, 0))
        )
        across = right if x == left else left
        along = bottom if y == top else top
        canvas.path(
            ["M", x, y, "L", across, y, "A", side, side, 0, 0, 1 - sweep, x, along, "Z"],
            fill=figure,
        )
    elif kind == 2:
        canvas.circle(*middle, side * 0.5, fill=figure)
        canvas.circle(*middle, side * 0.22, fill=dot)
    elif kind == 3:
        for number in range(3):
            canvas.rect(left + side * (number * 2) / 6, top, side / 6, side, fill=figure)
    elif kind == 4:
        canvas.polygon([(left, bottom), (right, top), (right, bottom)], fill=figure)
    else:
        canvas.path(
            ["M", left, middle[1], "A", side / 2, side / 2, 0, 0, 1, right, middle[1], "Z"],
            fill=figure,
        )
