from __future__ import annotations

import asyncio
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from subgraphs.playback.origin.files import AssetFacts, Origin
from subgraphs.playback.origin.lettering import draw_line, wrap
from subgraphs.playback.streams import LADDER, Encode

FACTS = AssetFacts("nosferatu-1", "nosferatu", "Nosferatu: Père & Fils", 1922)
LOWEST = LADDER[0]


def pictures(path: Path) -> list[npt.NDArray[np.uint8]]:
    with av.open(str(path), "r") as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    return [frame.astype(np.uint8) for frame in frames]


async def test_a_file_is_made_once_for_all_who_ask_at_once(tmp_path: Path) -> None:
    origin = Origin(tmp_path)

    paths = await asyncio.gather(*(origin.provide(FACTS, LOWEST) for _ in range(4)))
    made = paths[0].stat()
    again = await origin.provide(FACTS, LOWEST)

    assert set(paths) == {tmp_path / "nosferatu-1" / "240p.webm"}
    assert again.stat() == made
    assert [path.name for path in paths[0].parent.iterdir()] == ["240p.webm"]


async def test_the_clip_shows_the_title_and_moves(tmp_path: Path) -> None:
    frames = pictures(await Origin(tmp_path).provide(FACTS, LOWEST))
    other = pictures(
        await Origin(tmp_path).provide(AssetFacts("b", "nosferatu", "M", 1931), LOWEST)
    )

    assert len(frames) == 180
    assert frames[0].shape == (240, 426)
    bar = [(frame[-10] > 150).mean() for frame in frames]
    assert bar[0] < 0.1 < bar[90] < 0.6 < 0.95 < bar[-1]
    middle = slice(90, 150)
    assert (frames[0][middle] > 150).sum() > 2 * (other[0][middle] > 150).sum() > 0


async def test_a_failed_encode_leaves_nothing_and_is_tried_again(tmp_path: Path) -> None:
    origin = Origin(tmp_path)
    for _ in range(2):
        with pytest.raises(OverflowError, match="negative"):
            await origin.provide(FACTS, Encode(240, -2, 1))

    assert list((tmp_path / "nosferatu-1").iterdir()) == []


def test_letters_are_drawn_without_their_accents() -> None:
    assert (draw_line("é", 1) == draw_line("E", 1)).all()
    assert draw_line("AB", 3).shape == (21, 36)
    assert not draw_line("", 1).any()
    assert draw_line("語", 1).any()  # a letter it cannot draw shows as a box


@pytest.mark.parametrize(
    ("text", "letters", "lines"),
    [
        ("The Cabinet of Dr. Caligari", 12, ["The Cabinet", "of Dr.", "Caligari"]),
        ("Short", 12, ["Short"]),
        ("Rindfleischetikettierung", 10, ["Rindfleisc"]),
        ("", 12, [""]),
    ],
)
def test_long_names_are_broken_at_spaces(text: str, letters: int, lines: list[str]) -> None:
    assert wrap(text, letters) == lines
