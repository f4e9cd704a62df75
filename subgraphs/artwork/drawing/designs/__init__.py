"""The pictures behind the letters, one design a module.

Each has `draw(canvas, palette, random)`; everything that varies comes from `random`, so the same
title always gets the same picture. The name is written over the lower part of a poster and the
left part of a landscape, so the point of interest is above or to the right.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from subgraphs.artwork.drawing.canvas import Canvas
from subgraphs.artwork.drawing.designs import (
    bauhaus,
    blinds,
    curtain,
    duet,
    halftone,
    horizon,
    moonlit,
    orbit,
    skyline,
    sunburst,
)
from subgraphs.artwork.drawing.palettes import Palette

Draw = Callable[[Canvas, Palette, Random], None]

DESIGNS: dict[str, Draw] = {
    "bauhaus": bauhaus.draw,
    "blinds": blinds.draw,
    "curtain": curtain.draw,
    "duet": duet.draw,
    "halftone": halftone.draw,
    "horizon": horizon.draw,
    "moonlit": moonlit.draw,
    "orbit": orbit.draw,
    "skyline": skyline.draw,
    "sunburst": sunburst.draw,
}
