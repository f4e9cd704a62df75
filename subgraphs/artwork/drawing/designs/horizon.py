"""A low sun or moon over ranges of hills that fade with distance."""

from __future__ import annotations

from math import pi, sin
from random import Random

from subgraphs.artwork.drawing.canvas import Canvas
from subgraphs.artwork.drawing.designs.focus import focus
from subgraphs.artwork.drawing.palettes import Palette

_RANGES = 5


def draw(canvas: Canvas, palette: Palette, random: Random) -> None:
    """Draw sky, disc, birds and hills."""
    x, y = focus(canvas)
    x += (random.random() - 0.5) * 24 * canvas.unit
    canvas.fill(canvas.linear((0, palette.deep), (0.45, palette.mid), (0.75, palette.light)))
    glow = canvas.radial((0, palette.accent, 0.75), (1, palette.accent, 0.0))
    radius = (17 + random.random() * 9) * canvas.unit
    canvas.circle(x, y, radius * 2.4, fill=glow)
    canvas.circle(x, y, radius, fill=palette.accent)
    _birds(canvas, palette, random, x, y - radius * 1.15)
    for number in range(_RANGES):
        _hills(canvas, palette, random, number)


def _hills(canvas: Canvas, palette: Palette, random: Random, number: int) -> None:
    near = number / (_RANGES - 1)
    base = canvas.height * (0.46 + 0.1 * number)
    height = canvas.unit * (7 + 5 * near)
    waves = [(random.uniform(0.6, 2.6), random.uniform(0, 2 * pi)) for _ in range(3)]
    jag = random.uniform(0.0, 1.0)
    points: list[tuple[float, float]] = []
    for step in range(49):
        at = step / 48
        rise = sum(sin(2 * pi * often * at + phase) for often, phase in waves) / 3
        rough = jag * random.uniform(-0.22, 0.22)
        points.append((at * canvas.width, base - height * (rise + rough)))
    points += [(canvas.width, canvas.height), (0, canvas.height)]
    colour = (palette.mid, palette.mid, palette.deep, palette.deep, palette.dark)[number]
    canvas.polygon(points, fill=colour, opacity=0.55 + 0.45 * near if number < 4 else 1)


def _birds(canvas: Canvas, palette: Palette, random: Random, x: float, y: float) -> None:
    for _ in range(random.randint(0, 5)):
        left = x + random.uniform(-22, 22) * canvas.unit
        top = y + random.uniform(-6, 8) * canvas.unit
        wing = random.uniform(0.9, 1.8) * canvas.unit
        canvas.path(
            [
                "M",
                left - wing,
                top - wing * 0.5,
                "Q",
                left - wing * 0.4,
                top - wing * 0.6,
                left,
                top,
                "Q",
                left + wing * 0.4,
                top - wing * 0.6,
                left + wing,
                top - wing * 0.5,
            ],
            fill="none",
            stroke=palette.dark,
            stroke_width=canvas.unit * 0.35,
            stroke_linecap="round",
        )
