"""A real, playable clip for an asset: an animated title card, VP8 in WebM with an index to seek."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from subgraphs.playback.clip_length import CLIP_SECONDS
from subgraphs.playback.origin.lettering import GLYPH_HEIGHT, GLYPH_WIDTH, draw_line, wrap

Plane = npt.NDArray[np.uint8]

FRAMES_A_SECOND = 6
KEYFRAME_EVERY = 24
_BRIGHT = 225
_DARK = 34


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What a title card shows."""

    title_id: str
    name: str
    release_year: int | None


def write_clip(facts: ClipFacts, width: int, height: int, bitrate: int, path: Path) -> None:
    """Encode the clip to `path`; the caller makes the write atomic.

    `width` and `height` are even pixels, `bitrate` is in bit/s. Raises av.FFmpegError.
    """
    with av.open(str(path), "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=FRAMES_A_SECOND)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = bitrate
        stream.options = {
            "deadline": "realtime",
            "cpu-used": "-8",
            "g": str(KEYFRAME_EVERY),
            "auto-alt-ref": "0",
            # Threads of the encoder spin while they wait, which costs more than they bring here.
            "threads": "1",
        }
        for number, pixels in enumerate(_frames(facts, width, height)):
            frame = av.VideoFrame.from_ndarray(pixels, format="yuv420p")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _frames(facts: ClipFacts, width: int, height: int) -> Iterator[Plane]:
    """Yield frames as one (height * 3 / 2, width) array: the Y plane, then U and V in halves."""
    card = _draw_card(facts, width, height)
    total = CLIP_SECONDS * FRAMES_A_SECOND
    for number in range(total):
        frame = card.copy()
        _draw_progress(frame[:height], number, total)
        yield frame


def _draw_card(facts: ClipFacts, width: int, height: int) -> Plane:
    card = np.empty((height * 3 // 2, width), dtype=np.uint8)
    shade = np.linspace(_DARK, _DARK + 40, height, dtype=np.uint8)
    card[:height] = shade[:, None]
    blue, red = _tint(facts.title_id)
    chroma = card[height:].reshape(-1)
    chroma[: chroma.size // 2] = blue
    chroma[chroma.size // 2 :] = red
    _draw_text(card[:height], facts)
    return card


def _tint(title_id: str) -> tuple[int, int]:
    digest = hashlib.sha256(title_id.encode()).digest()
    return 108 + digest[0] % 40, 108 + digest[1] % 40


def _draw_text(luma: Plane, facts: ClipFacts) -> None:
    height, width = luma.shape
    scale = max(1, height // 100)
    lines = wrap(facts.name, max(1, width // ((GLYPH_WIDTH + 1) * scale) - 2))[:4]
    lines.append("" if facts.release_year is None else str(facts.release_year))
    line_height = (GLYPH_HEIGHT + 4) * scale
    top = max(0, (height - line_height * len(lines)) // 2)
    for number, line in enumerate(lines):
        mask = draw_line(line, scale)[:, :width]
        left = (width - mask.shape[1]) // 2
        row = top + number * line_height
        area = luma[row : row + mask.shape[0], left : left + mask.shape[1]]
        area[mask[: area.shape[0]]] = _BRIGHT


def _draw_progress(luma: Plane, number: int, total: int) -> None:
    """Draw what moves: a bar that fills, a reel's spot above it, and the second as digits."""
    height, width = luma.shape
    thickness = max(2, height // 60)
    end = max(thickness, width * (number + 1) // total)
    luma[height - 3 * thickness : height - 2 * thickness, :end] = _BRIGHT
    spot = min(width - thickness, end)
    luma[height - 6 * thickness : height - 4 * thickness, spot - thickness : spot] = _BRIGHT
    clock = draw_line(f"{number // FRAMES_A_SECOND:02d}", max(1, height // 160))
    luma[thickness : thickness + clock.shape[0], thickness : thickness + clock.shape[1]][clock] = (
        _BRIGHT
    )
