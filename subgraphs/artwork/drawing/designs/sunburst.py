"""Art Deco: rays from a rising disc, with stepped arcs in front."""

from __future__ import annotations

from math import cos, pi, sin
from random import Random

from subgraphs.artwork.drawing.canvas import Canvas
from subgraphs.artwork.drawing.designs.focus import focus
from subgraphs.artwork.drawing.palettes import Palette


def draw(canvas: Canvas, palette: Palette, random: Random) -> None:
    """Draw rays, disc and arcs."""
    x, y = focus(canvas)
    y += 14 * canvas.unit
    reach = canvas.width + canvas.height
    canvas.fill(canvas.linear((0, palette.deep), (1, palette.dark)))
    _rays(canvas, palette, x, y, reach, count=random.choice((18, 22, 26)))
    canvas.fill(
        canvas.radial((0, palette.light, 0.35), (1, palette.dark, 0.0), radius=0.6), opacity=0.9
    )
    radius = (26 + random.random() * 6) * canvas.unit
    _steps(canvas, palette, x, y, radius)
    horizon = y + radius * 0.18
    canvas.rect(0, horizon, canvas.width, canvas.height, fill=palette.dark)
    for step in range(7):
        gap = canvas.unit * (1.2 + step * step * 0.45)
        canvas.rect(
            0,
            horizon + gap,
            canvas.width,
            canvas.unit * 0.35,
            fill=palette.accent,
            opacity=0.75 - step * 0.1,
        )


def _rays(canvas: Canvas, palette: Palette, x: float, y: float, reach: float, count: int) -> None:
    for ray in range(count):
        begin = 2 * pi * ray / count
        end = begin + pi / count
        points = [(x, y)] + [
            (x + reach * cos(angle), y + reach * sin(angle)) for angle in (begin, end)
        ]
        canvas.polygon(points, fill=palette.mid, opacity=0.55)


def _steps(canvas: Canvas, palette: Palette, x: float, y: float, radius: float) -> None:
    colours = (palette.dark, palette.accent, palette.deep, palette.light, palette.mid)
    for step, colour in enumerate(colours):
        canvas.circle(x, y, radius * (1 - step * 0.17), fill=colour)
    canvas.circle(x, y, radius * 0.2, fill=palette.accent)
