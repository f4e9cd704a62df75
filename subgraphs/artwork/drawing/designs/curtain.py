"""A stage: heavy curtains drawn aside, a spotlight and its pool on the boards."""

from __future__ import annotations

from random import Random

from subgraphs.artwork.drawing.canvas import Canvas
from subgraphs.artwork.drawing.designs.focus import focus
from subgraphs.artwork.drawing.palettes import Palette


def draw(canvas: Canvas, palette: Palette, random: Random) -> None:
    """Draw the stage, the light, what stands in it and the curtains."""
    x, y = focus(canvas)
    unit = canvas.unit
    floor = y + 27 * unit
    canvas.fill(canvas.linear((0, palette.dark), (1, palette.deep)))
    canvas.rect(
        0,
        floor,
        canvas.width,
        canvas.height - floor,
        fill=canvas.linear((0, palette.mid), (1, palette.dark)),
    )
    lamp = x + random.choice((-1, 1)) * random.uniform(6, 16) * unit
    canvas.polygon(
        [
            (lamp - 3 * unit, -2 * unit),
            (lamp + 3 * unit, -2 * unit),
            (x + 22 * unit, floor + 5 * unit),
            (x - 22 * unit, floor + 5 * unit),
        ],
        fill=canvas.linear((0, palette.ink, 0.75), (1, palette.ink, 0.12)),
    )
    canvas.ellipse(x, floor + 5 * unit, 22 * unit, 5.5 * unit, fill=palette.ink, opacity=0.8)
    _hat_and_cane(canvas, palette, x, floor + 3 * unit)
    edge = max(canvas.width - x, x)
    for side in (-1, 1):
        outer = x + side * (edge + 2 * unit)
        _drape(canvas, palette, random, x + side * 27 * unit, outer)
    _pelmet(canvas, palette)


def _hat_and_cane(canvas: Canvas, palette: Palette, x: float, floor: float) -> None:
    unit = canvas.unit
    canvas.line(
        x + 9 * unit,
        floor,
        x - 10 * unit,
        floor - 30 * unit,
        stroke=palette.dark,
        stroke_width=1.3 * unit,
        stroke_linecap="round",
    )
    canvas.circle(x - 10 * unit, floor - 30 * unit, 1.5 * unit, fill=palette.accent)
    canvas.ellipse(x, floor, 13 * unit, 2.4 * unit, fill=palette.dark)
    canvas.path(
        [
            "M",
            x - 8 * unit,
            floor,
            "C",
            x - 7 * unit,
            floor - 8 * unit,
            x - 9 * unit,
            floor - 14 * unit,
            x - 8.4 * unit,
            floor - 17 * unit,
            "L",
            x + 8.4 * unit,
            floor - 17 * unit,
            "C",
            x + 9 * unit,
            floor - 14 * unit,
            x + 7 * unit,
            floor - 8 * unit,
            x + 8 * unit,
            floor,
            "Z",
        ],
        fill=palette.dark,
    )
    canvas.rect(x - 7.8 * unit, floor - 5.5 * unit, 15.6 * unit, 3 * unit, fill=palette.accent)
    canvas.ellipse(x, floor - 17 * unit, 8.4 * unit, 1.5 * unit, fill=palette.deep)


def _drape(canvas: Canvas, palette: Palette, random: Random, inner: float, outer: float) -> None:
    folds = 7
    for fold in range(folds):
        near, far = fold / folds, (fold + 1) / folds
        left, right = inner + (outer - inner) * near, inner + (outer - inner) * far
        sway = random.uniform(-1.2, 1.2) * canvas.unit
        tied = (outer - inner) * 0.22 * (1 - near)
        cloth = canvas.linear(
            (0, palette.deep), (0.45, palette.mid), (1, palette.dark), angle=(1, 0)
        )
        canvas.path(
            [
                "M",
                left,
                -1,
                "C",
                left + sway,
                canvas.height * 0.3,
                left + tied,
                canvas.height * 0.5,
                left + tied,
                canvas.height * 0.62,
                "L",
                left,
                canvas.height,
                "L",
                right,
                canvas.height,
                "L",
                right + tied * 0.8,
                canvas.height * 0.62,
                "C",
                right,
                canvas.height * 0.5,
                right + sway,
                canvas.height * 0.3,
                right,
                -1,
                "Z",
            ],
            fill=cloth,
        )


def _pelmet(canvas: Canvas, palette: Palette) -> None:
    unit = canvas.unit
    wide = 20 * unit
    cloth = canvas.linear((0, palette.mid), (1, palette.deep))
    for number in range(int(canvas.width / wide) + 2):
        middle = number * wide
        canvas.ellipse(middle, 0, wide * 0.56, 9.5 * unit, fill=cloth)
        canvas.ellipse(
            middle,
            0,
            wide * 0.56,
            9.5 * unit,
            fill="none",
            stroke=palette.accent,
            stroke_width=0.5 * unit,
        )
