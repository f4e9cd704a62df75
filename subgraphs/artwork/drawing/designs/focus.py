"""Where the point of interest is, so that letters do not cover it."""

from __future__ import annotations

from subgraphs.artwork.drawing.canvas import Canvas, Point


def focus(canvas: Canvas) -> Point:
    """Return the middle of the free area: upper half of a poster, right part of a landscape."""
    if canvas.is_tall:
        return canvas.width * 0.5, canvas.height * 0.36
    return canvas.width * 0.7, canvas.height * 0.45
