"""The origin's files, made on first demand, each once, and kept."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path

from subgraphs.playback.streams import Encode


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """The facts from which an asset's files are made."""

    asset: str
    title_id: str
    name: str
    release_year: int | None


@dataclass(slots=True)
class Origin:
    """A folder of files by asset, `<folder>/<asset>/<height>p.webm`.

    A file appears whole or not at all, and never changes once it is there. Of requests for one
    file that is not there yet, the first makes it and the others wait for it.
    """

    folder: Path
    _making: dict[Path, asyncio.Task[None]] = field(default_factory=dict)

    async def provide(self, facts: AssetFacts, encode: Encode) -> Path:
        """Return the path of a file, encoding it first when it is missing."""
        path = self.folder / facts.asset / encode.file
        if not path.exists():
            task = self._making.get(path)
            if task is None:
                task = asyncio.create_task(asyncio.to_thread(_make, facts, encode, path))
                self._making[path] = task
                task.add_done_callback(lambda _: self._making.pop(path, None))
            # One waiting client that goes away must not stop the work for the others.
            await asyncio.shield(task)
        return path


def _make(facts: AssetFacts, encode: Encode, path: Path) -> None:
    # PyAV and NumPy cost half a second to import, and only the first encode needs them.
    from subgraphs.playback.origin.clip import ClipFacts, write_clip

    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        clip = ClipFacts(facts.title_id, facts.name, facts.release_year)
        write_clip(clip, encode.width, encode.height, encode.bitrate, unfinished)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
