"""A city of towers at night, with lit windows and searchlights."""

from __future__ import annotations

from random import Random

from subgraphs.artwork.drawing.canvas import Canvas
from subgraphs.artwork.drawing.designs.focus import focus
from subgraphs.artwork.drawing.palettes import Palette


def draw(canvas: Canvas, palette: Palette, random: Random) -> None:
    """Draw the sky, beams, three rows of towers and the great one in the middle."""
    x, y = focus(canvas)
    canvas.fill(canvas.linear((0, palette.dark), (0.5, palette.deep), (0.85, palette.mid)))
    _beams(canvas, palette, random, x)
    for depth, colour in enumerate((palette.mid, palette.deep, palette.dark)):
        if depth == 2:
            _great_tower(canvas, palette, x, y)
        _row(canvas, palette, random, depth, colour)


def _beams(canvas: Canvas, palette: Palette, random: Random, x: float) -> None:
    unit = canvas.unit
    light = canvas.linear((0, palette.accent, 0.0), (1, palette.accent, 0.55))
    for _ in range(random.randint(3, 4)):
        foot = x + random.uniform(-34, 34) * unit
        head = foot + random.uniform(-46, 46) * unit
        wide = random.uniform(5, 10) * unit
        canvas.polygon(
            [
                (foot - unit, canvas.height * 0.8),
                (head - wide, -4 * unit),
                (head + wide, -4 * unit),
                (foot + unit, canvas.height * 0.8),
            ],
            fill=light,
        )


def _row(canvas: Canvas, palette: Palette, random: Random, depth: int, colour: str) -> None:
    unit = canvas.unit
    left = -random.uniform(0, 6) * unit
    while left < canvas.width:
        wide = random.uniform(7, 13) * unit
        top = canvas.height * (0.4 + depth * 0.12) + random.uniform(-9, 12) * unit
        canvas.rect(left, top, wide - unit * 0.4, canvas.height - top, fill=colour)
        if random.random() < 0.4:
            canvas.rect(left + wide * 0.25, top - 5 * unit, wide * 0.45, 5.5 * unit, fill=colour)
        if depth > 0:
            _windows(canvas, palette, random, left, top, wide)
        left += wide


def _windows(
    canvas: Canvas, palette: Palette, random: Random, left: float, top: float, wide: float
) -> None:
    unit = canvas.unit
    for row in range(9):
        for column in range(int(wide / (2.6 * unit))):
            if random.random() < 0.3:
                canvas.rect(
                    left + (1.1 + column * 2.5) * unit,
                    top + (1.6 + row * 3.4) * unit,
                    1.1 * unit,
                    1.7 * unit,
                    fill=palette.accent,
                    opacity=0.9,
                )


def _great_tower(canvas: Canvas, palette: Palette, x: float, y: float) -> None:
    unit = canvas.unit
    body = canvas.linear((0, palette.light), (0.5, palette.mid), (1, palette.deep), angle=(1, 0))
    for step in range(6):
        half = (3.2 + step * 2.5) * unit
        top = y + (step * 8 - 24) * unit
        canvas.rect(x - half, top, half * 2, canvas.height - top, fill=body)
        for pillar in (-0.5, 0.0, 0.5):
            canvas.rect(
                x + half * pillar - 0.25 * unit,
                top + unit,
                0.5 * unit,
                7 * unit,
                fill=palette.dark,
                opacity=0.35,
            )
    canvas.polygon(
        [(x - 1.2 * unit, y - 24 * unit), (x, y - 40 * unit), (x + 1.2 * unit, y - 24 * unit)],
        fill=palette.light,
    )
    canvas.circle(x, y - 40 * unit, 1.1 * unit, fill=palette.accent)
