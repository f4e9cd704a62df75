"""Pop: a burst of dots that grow towards the edge, and big cheerful discs."""

from __future__ import annotations

from math import cos, hypot, pi, sin
from random import Random

from subgraphs.artwork.drawing.canvas import Canvas
from subgraphs.artwork.drawing.designs.focus import focus
from subgraphs.artwork.drawing.palettes import Palette


def draw(canvas: Canvas, palette: Palette, random: Random) -> None:
    """Draw the ground, dots, discs and a star."""
    x, y = focus(canvas)
    unit = canvas.unit
    ground, dots = random.choice(
        ((palette.light, palette.mid), (palette.accent, palette.mid), (palette.mid, palette.light))
    )
    canvas.fill(ground)
    _dots(canvas, x, y, dots)
    radius = random.uniform(24, 29) * unit
    for _ in range(5):
        canvas.circle(
            x + random.uniform(-40, 40) * unit,
            y + random.uniform(-34, 30) * unit,
            random.uniform(3, 8) * unit,
            fill=random.choice((palette.accent, palette.ink, palette.mid, palette.deep)),
        )
    for number, colour in enumerate((palette.dark, palette.ink, palette.deep)):
        canvas.circle(x, y, radius * (1.08 - number * 0.08), fill=colour)
    _star(canvas, palette, x, y, radius * 0.66, random.choice((5, 6, 8)))


def _dots(canvas: Canvas, x: float, y: float, colour: str) -> None:
    step = 4.6 * canvas.unit
    furthest = hypot(canvas.width, canvas.height) * 0.62
    for row in range(int(canvas.height / step) + 2):
        for column in range(int(canvas.width / step) + 2):
            left, top = (column + row % 2 / 2) * step, row * step
            size = step * 0.56 * min(1.0, hypot(left - x, top - y) / furthest)
            if size > step * 0.1:
                canvas.circle(left, top, size, fill=colour)


def _star(canvas: Canvas, palette: Palette, x: float, y: float, radius: float, points: int) -> None:
    corners: list[tuple[float, float]] = []
    for number in range(points * 2):
        away = radius if number % 2 == 0 else radius * 0.46
        turn = pi * number / points - pi / 2
        corners.append((x + away * cos(turn), y + away * sin(turn)))
    canvas.polygon(corners, fill=palette.accent)
    canvas.circle(x, y, radius * 0.2, fill=palette.deep)
