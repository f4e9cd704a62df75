"""Which streams of an asset a session gets."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT_THROUGHPUT_BPS = 2_000_000
THROUGHPUT_SHARE = 0.8
CLIP_FORMAT = "1"


@dataclass(frozen=True, slots=True)
class Encode:
    """One rung of the ladder: what the file holds, and the rate that a client must sustain."""

    height: int
    width: int
    bitrate: int
    codec: str = "vp8"

    @property
    def file(self) -> str:
        """The file's name inside its asset."""
        return f"{self.height}p.webm"


LADDER: tuple[Encode, ...] = (
    Encode(240, 426, 400_000),
    Encode(480, 854, 1_200_000),
    Encode(720, 1280, 2_800_000),
    Encode(1080, 1920, 5_500_000),
)


@dataclass(frozen=True, slots=True)
class Device:
    """What a device can play: codecs, the tallest picture, the throughput it measured (bit/s)."""

    codecs: frozenset[str] = frozenset({"vp8"})
    max_height: int | None = None
    throughput_bps: int | None = None


def choose_streams(ladder: Sequence[Encode], device: Device, plan_height: int) -> list[Encode]:
    """Return the encodes that device and plan allow, lowest first; empty when none fits."""
    limit = min(plan_height, device.max_height or plan_height)
    fitting = [each for each in ladder if each.codec in device.codecs and each.height <= limit]
    return sorted(fitting, key=lambda each: each.bitrate)


def choose_initial(streams: Sequence[Encode], device: Device) -> Encode:
    """Return the highest rung at or below 0.8 of the throughput (2 Mbit/s unless measured)."""
    affordable = THROUGHPUT_SHARE * (device.throughput_bps or DEFAULT_THROUGHPUT_BPS)
    fitting = [each for each in streams if each.bitrate <= affordable]
    return fitting[-1] if fitting else streams[0]


def asset_id(title_id: str, name: str, release_year: int | None) -> str:
    """Name the immutable asset made from these facts: other facts give another asset."""
    facts = "\0".join((CLIP_FORMAT, title_id, name, str(release_year)))
    digest = hashlib.sha256(facts.encode()).hexdigest()[:12]
    readable = re.sub(r"[^a-z0-9]+", "-", title_id.lower()).strip("-")[:40]
    return f"{readable}-{digest}"
