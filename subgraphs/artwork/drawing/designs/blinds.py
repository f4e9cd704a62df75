"""Film noir: light through a window blind, and somebody in a hat standing in it."""

from __future__ import annotations

from random import Random

from subgraphs.artwork.drawing.canvas import Canvas
from subgraphs.artwork.drawing.designs.focus import focus
from subgraphs.artwork.drawing.palettes import Palette


def draw(canvas: Canvas, palette: Palette, random: Random) -> None:
    """Draw the wall, the slats of light, the shadow and the figure."""
    x, y = focus(canvas)
    slant = random.choice((-1, 1)) * random.uniform(0.16, 0.34)
    canvas.fill(canvas.linear((0, palette.deep), (1, palette.dark), angle=(0.4, 1)))
    canvas.circle(
        x, y, 62 * canvas.unit, fill=canvas.radial((0, palette.mid, 0.9), (1, palette.deep, 0.0))
    )
    _slats(canvas, palette, x, y, slant)
    size = canvas.unit * (canvas.height / (canvas.unit * 100)) ** 0.5
    side = random.choice((-1, 1))
    shift = side * 13 * size
    _figure(canvas, x + shift, y + 6 * size, size * 1.12, side, palette.deep, 0.75)
    _figure(canvas, x - shift * 0.4, y + 12 * size, size, side, palette.dark, 1)
    canvas.circle(
        x - shift * 0.4 + side * 8.4 * size, y + 4.6 * size, 0.9 * size, fill=palette.accent
    )


def _slats(canvas: Canvas, palette: Palette, x: float, y: float, slant: float) -> None:
    step = 6.4 * canvas.unit
    half = 40 * canvas.unit
    light = canvas.linear(
        (0, palette.light, 0.0),
        (0.25, palette.light, 0.85),
        (0.75, palette.light, 0.85),
        (1, palette.light, 0.0),
        angle=(1, 0),
    )
    for number in range(-6, 7):
        middle = y + number * step
        top = [(x - half, middle - slant * half), (x + half, middle + slant * half)]
        bottom = [(right, level + step * 0.46) for right, level in reversed(top)]
        canvas.polygon(top + bottom, fill=light, opacity=0.9 - abs(number) * 0.11)


def _figure(
    canvas: Canvas, x: float, y: float, size: float, side: int, colour: str, opacity: float
) -> None:
    """Draw a head in profile with a hat, and the shoulders of a coat."""

    def at(right: float, down: float) -> tuple[float, float]:
        return x + side * right * size, y + down * size

    body: list[str | float] = ["M", *at(-24, 62), "C", *at(-24, 24), *at(-17, 15), *at(-6, 11)]
    body += ["L", *at(-5, 4), "L", *at(5, 4), "L", *at(5, 11)]
    body += ["C", *at(17, 15), *at(23, 24), *at(24, 62), "Z"]
    canvas.path(body, fill=colour, opacity=opacity)
    head: list[str | float] = ["M", *at(-7, -6), "C", *at(-8, 4), *at(-3, 9), *at(2, 9)]
    head += ["L", *at(6.4, 8), "L", *at(7, 3.5), "L", *at(9, 2.4), "L", *at(7, -2), "L"]
    head += [*at(7, -7), "Z"]
    canvas.path(head, fill=colour, opacity=opacity)
    hat: list[str | float] = ["M", *at(-14, -5), "C", *at(-8, -9), *at(-8, -9), *at(-7.6, -10)]
    hat += ["C", *at(-7, -19), *at(-3, -21), *at(0, -18.5), "C", *at(3, -21), *at(7.4, -18)]
    hat += [*at(8, -9.4), "C", *at(10, -8), *at(13, -6), *at(15, -3.4), "C", *at(6, -7)]
    hat += [*at(-4, -7), *at(-14, -5), "Z"]
    canvas.path(hat, fill=colour, opacity=opacity)
