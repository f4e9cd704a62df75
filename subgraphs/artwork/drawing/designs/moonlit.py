"""A bare tree before a great moon, and a house that leans."""

from __future__ import annotations

from math import cos, pi, sin
from random import Random

from subgraphs.artwork.drawing.canvas import Canvas
from subgraphs.artwork.drawing.designs.focus import focus
from subgraphs.artwork.drawing.palettes import Palette


def draw(canvas: Canvas, palette: Palette, random: Random) -> None:
    """Draw the night, the moon, a house on its hill and a tree."""
    x, y = focus(canvas)
    unit = canvas.unit
    canvas.fill(canvas.linear((0, palette.dark), (0.55, palette.deep), (1, palette.dark)))
    radius = random.uniform(25, 31) * unit
    canvas.circle(
        x, y, radius * 2.3, fill=canvas.radial((0.3, palette.mid, 0.9), (1, palette.deep, 0.0))
    )
    canvas.circle(x, y, radius, fill=canvas.linear((0, palette.ink), (1, palette.light)))
    for _ in range(7):
        away, turn = radius * random.uniform(0.1, 0.75), random.uniform(0, 2 * pi)
        canvas.circle(
            x + away * cos(turn),
            y + away * sin(turn),
            random.uniform(1, 4) * unit,
            fill=palette.mid,
            opacity=0.16,
        )
    ground = y + radius * 1.05
    side = random.choice((-1, 1))
    _house(canvas, palette, random, x + side * radius * 0.35, ground)
    _tree(canvas, palette, random, x - side * radius * 0.62, ground + 3 * unit, radius * 0.48)
    canvas.path(
        [
            "M",
            0,
            ground + 9 * unit,
            "Q",
            x,
            ground - 9 * unit,
            canvas.width,
            ground + 9 * unit,
            "L",
            canvas.width,
            canvas.height,
            "L",
            0,
            canvas.height,
            "Z",
        ],
        fill=palette.dark,
    )


def _tree(
    canvas: Canvas, palette: Palette, random: Random, x: float, y: float, length: float
) -> None:
    """Draw a trunk and five generations of branches."""
    tips = [(x, y, -pi / 2, length, length * 0.13)]
    for generation in range(6):
        grown: list[tuple[float, float, float, float, float]] = []
        for left, low, turn, long, thick in tips:
            right, high = left + long * cos(turn), low + long * sin(turn)
            canvas.line(
                left,
                low,
                right,
                high,
                stroke=palette.dark,
                stroke_width=thick,
                stroke_linecap="round",
            )
            if generation == 5:
                continue
            for bend in (-1, 1):
                turned = turn + bend * random.uniform(0.22, 0.62)
                grown.append((right, high, turned, long * random.uniform(0.6, 0.82), thick * 0.62))
        tips = grown


def _house(canvas: Canvas, palette: Palette, random: Random, x: float, ground: float) -> None:
    unit = canvas.unit
    lean = random.uniform(-1.6, 1.6) * unit
    for wide, high, shift in ((8.0, 17.0, 0.0), (5.4, 25.0, -5.5), (4.4, 12.0, 6.8)):
        left, right = x + (shift - wide / 2) * unit, x + (shift + wide / 2) * unit
        top = ground - high * unit
        canvas.polygon(
            [
                (left, ground + 6 * unit),
                (left + lean, top),
                (x + shift * unit + lean * 1.4, top - wide * 0.9 * unit),
                (right + lean, top),
                (right, ground + 6 * unit),
            ],
            fill=palette.dark,
        )
        canvas.rect(
            x + (shift - 0.8) * unit + lean * 0.6,
            ground - high * 0.72 * unit,
            1.6 * unit,
            2.5 * unit,
            fill=palette.accent,
        )
