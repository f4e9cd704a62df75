"""Science fiction of the pulps: a ringed planet, stars and a grid that runs to the horizon."""

from __future__ import annotations

from random import Random

from subgraphs.artwork.drawing.canvas import Canvas
from subgraphs.artwork.drawing.designs.focus import focus
from subgraphs.artwork.drawing.palettes import Palette

_HORIZON = 0.58


def draw(canvas: Canvas, palette: Palette, random: Random) -> None:
    """Draw space, planet, moons and the grid."""
    x, y = focus(canvas)
    unit = canvas.unit
    canvas.fill(
        canvas.linear(
            (0, palette.dark),
            (0.4, palette.deep),
            (_HORIZON, palette.mid),
            (_HORIZON + 0.01, palette.dark),
        )
    )
    for _ in range(70):
        canvas.circle(
            random.uniform(0, canvas.width),
            random.uniform(0, canvas.height * _HORIZON),
            random.uniform(0.12, 0.42) * unit,
            fill=palette.ink,
            opacity=random.uniform(0.3, 1),
        )
    _planet(canvas, palette, random, x, y)
    for _ in range(2):
        canvas.circle(
            x + random.choice((-1, 1)) * random.uniform(28, 40) * unit,
            y + random.uniform(-26, 12) * unit,
            random.uniform(1.6, 4) * unit,
            fill=canvas.linear((0, palette.light), (1, palette.mid), angle=(1, 1)),
        )
    _grid(canvas, palette, x)


def _planet(canvas: Canvas, palette: Palette, random: Random, x: float, y: float) -> None:
    radius = random.uniform(20, 25) * canvas.unit
    tilt = random.choice((-1, 1)) * random.uniform(14, 26)
    turned = f"rotate({tilt:.1f} {x:.1f} {y:.1f})"
    ring: dict[str, float | str] = {"fill": "none", "transform": turned}
    wide, flat = radius * 1.75, radius * 0.42
    for number, colour in enumerate((palette.accent, palette.light, palette.accent)):
        canvas.ellipse(
            x,
            y,
            wide - number * radius * 0.14,
            flat - number * radius * 0.05,
            stroke=colour,
            stroke_width=radius * 0.05,
            opacity=0.85,
            **ring,
        )
    canvas.circle(
        x,
        y,
        radius,
        fill=canvas.radial(
            (0, palette.light),
            (0.55, palette.mid),
            (1, palette.deep),
            centre=(0.32, 0.28),
            radius=0.8,
        ),
    )
    for number, colour in enumerate((palette.accent, palette.light, palette.accent)):
        rx, ry = wide - number * radius * 0.14, flat - number * radius * 0.05
        canvas.path(
            ["M", x - rx, y, "A", rx, ry, 0, 0, 0, x + rx, y],
            stroke=colour,
            stroke_width=radius * 0.05,
            **ring,
        )


def _grid(canvas: Canvas, palette: Palette, x: float) -> None:
    top = canvas.height * _HORIZON
    depth = canvas.height - top
    for number in range(-14, 15):
        canvas.line(
            x + number * 2.2 * canvas.unit,
            top,
            x + number * 17 * canvas.unit,
            canvas.height,
            stroke=palette.accent,
            stroke_width=canvas.unit * 0.28,
            opacity=0.55,
        )
    for number in range(8):
        level = top + depth * (number / 8) ** 1.9
        canvas.line(
            0,
            level,
            canvas.width,
            level,
            stroke=palette.accent,
            stroke_width=canvas.unit * 0.28,
            opacity=0.55,
        )
