"""The family top ten: what everybody is shown when the model cannot answer.

It is kept in memory and in a file of its own, so it needs neither the model nor the database;
before there ever was one, the ten films of the editors stand in.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from subgraphs.recommendations.features import FAMILY_LEVEL, LEVELS
from subgraphs.recommendations.model import TitleModel, Viewer
from subgraphs.recommendations.rows import Item, Row, RowKind, most_popular

TOP = 10
REFRESH_SECONDS = 60.0
_RETRY_SECONDS = 2.0
_logger = logging.getLogger("reelgraph.recommendations")


@dataclass(frozen=True, slots=True)
class FamilyTitle:
    """A title that a family can watch together."""

    id: str
    name: str
    level: int


class FamilyTopTen:
    """The last known ten most popular titles rated ALL or SEVEN."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._titles = _read(path) or _editors_ten()

    def row(self, viewer: Viewer) -> Row:
        """Return the row of the ten, without what is above the viewer's level."""
        items = tuple(
            Item(title.id, title.name, 1 - place / TOP)
            for place, title in enumerate(self._titles)
            if title.level <= viewer.level
        )
        return Row(
            "family-top-ten",
            RowKind.FAMILY_TOP_TEN,
            "Family top ten",
            "Favourites for everybody",
            items,
        )

    def refresh(self, model: TitleModel) -> bool:
        """Take the ten from the model; say whether it had ten. Raises `OSError`."""
        best = most_popular(model, Viewer(FAMILY_LEVEL), time.time(), TOP)
        if len(best) < TOP:
            return False
        titles = [
            FamilyTitle(item.title_id, item.name, model.level(row))
            for item in best
            if (row := model.row(item.title_id)) is not None
        ]
        if titles != self._titles:
            self._titles = titles
            _write(self._path, titles)
        return True

    async def keep_fresh(self, model: TitleModel, loaded: asyncio.Event) -> None:
        """Refresh every minute, sooner while the model is being filled, until cancelled."""
        await loaded.wait()
        while True:
            try:
                refreshed = self.refresh(model)
            except OSError as error:
                _logger.warning("the family top ten could not be saved: %s", error)
                refreshed = True
            await asyncio.sleep(REFRESH_SECONDS if refreshed else _RETRY_SECONDS)


def _read(path: Path) -> list[FamilyTitle]:
    try:
        return _parse(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        _logger.warning("%s cannot be read and is left aside: %r", path, error)
        return []


def _editors_ten() -> list[FamilyTitle]:
    source = files("subgraphs.recommendations") / "data" / "editors_ten.json"
    return _parse(json.loads(source.read_text(encoding="utf-8")))


def _parse(entries: list[dict[str, Any]]) -> list[FamilyTitle]:
    return [
        FamilyTitle(str(entry["id"]), str(entry["name"]), LEVELS[entry["maturity"]])
        for entry in entries
    ]


def _write(path: Path, titles: list[FamilyTitle]) -> None:
    names = {level: name for name, level in LEVELS.items()}
    entries = [
        {"id": title.id, "name": title.name, "maturity": names[title.level]} for title in titles
    ]
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(entries, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(part, path)
