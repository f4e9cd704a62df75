"""Two great discs that overlap, over a calm sea."""

from __future__ import annotations

from random import Random

from subgraphs.artwork.drawing.canvas import Canvas
from subgraphs.artwork.drawing.designs.focus import focus
from subgraphs.artwork.drawing.palettes import Palette


def draw(canvas: Canvas, palette: Palette, random: Random) -> None:
    """Draw dusk, both discs and their reflections."""
    x, y = focus(canvas)
    unit = canvas.unit
    water = y + 22 * unit
    canvas.fill(canvas.linear((0, palette.deep), (0.5, palette.mid), (0.8, palette.light)))
    radius = random.uniform(19, 23) * unit
    apart = random.uniform(0.42, 0.62) * radius
    high = random.uniform(-0.28, 0.28) * radius
    first = canvas.linear((0, palette.accent), (1, palette.light))
    second = canvas.linear((0, palette.ink), (1, palette.accent))
    canvas.circle(x - apart, y + high, radius, fill=first, opacity=0.92)
    canvas.circle(x + apart, y - high, radius, fill=second, opacity=0.72)
    canvas.circle(
        x + apart,
        y - high,
        radius * 1.16,
        fill="none",
        stroke=palette.ink,
        stroke_width=unit * 0.3,
        opacity=0.55,
    )
    canvas.circle(
        x - apart,
        y + high,
        radius * 1.16,
        fill="none",
        stroke=palette.ink,
        stroke_width=unit * 0.3,
        opacity=0.55,
    )
    canvas.rect(
        0,
        water,
        canvas.width,
        canvas.height - water,
        fill=canvas.linear((0, palette.deep), (1, palette.dark)),
    )
    for number in range(26):
        level = water + (number + 0.5) ** 1.35 * 0.9 * unit
        half = radius * random.uniform(0.35, 1.5) * (1 - number / 40)
        shift = random.uniform(-0.6, 0.6) * radius
        canvas.rect(
            x + shift - half,
            level,
            half * 2,
            unit * (0.3 + number * 0.02),
            rx=unit * 0.3,
            fill=palette.accent,
            opacity=0.5 - number * 0.015,
        )
