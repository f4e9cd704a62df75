"""Choose the media type of a response from the Accept header (RFC 9110, 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import TypeVar

from reelgraph_router.pipeline.incremental_formats import (
    DEFER_20220824,
    FORMATS,
    IncrementalFormat,
)

RESPONSE_JSON = b"application/graphql-response+json"
JSON = b"application/json"
EVENT_STREAM = b"text/event-stream"
MULTIPART = b"multipart/mixed"
HTML = b"text/html"
_WEIGHT = re.compile(rb"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
SUBSCRIPTION_SPEC = "subscriptionSpec=1.0"


MAX_REMEMBERED = 500
"""Longer headers are read anew each time."""

T = TypeVar("T")

Range = tuple[float, bytes, frozenset[bytes]]
"""A weight, a media range, its other parameters."""


def remembered(read: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """Remember what was read from headers of usual lengths."""
    known = lru_cache(maxsize=512)(read)

    @wraps(read)
    def found(header: bytes) -> T:
        return known(header) if len(header) <= MAX_REMEMBERED else read(header)

    return found


def read_ranges(header: bytes) -> list[Range]:
    """Read an Accept header, in the client's order."""
    ranges: list[Range] = []
    for part in header.lower().split(b","):
        media, *parameters = (piece.strip() for piece in part.split(b";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith(b"q="):
                weight = _weight(parameter[2:])
        rest = frozenset(p for p in parameters if p and not p.startswith(b"q="))
        if media:
            ranges.append((weight, media, rest))
    return ranges


@remembered
def accepted(header: bytes) -> tuple[tuple[bytes, frozenset[bytes]], ...]:
    """The media ranges of an Accept header with their parameters, the most wanted first.

    Ranges of weight zero are left out; equal weights keep the client's order.
    """
    wanted = [one for one in read_ranges(header) if one[0] > 0]
    return tuple((media, rest) for _, media, rest in sorted(wanted, key=lambda one: -one[0]))


def _weight(text: bytes) -> float:
    """A weight, 0 for what is none."""
    if not _WEIGHT.fullmatch(text.strip()):
        return 0.0
    return float(text)


def _quality(ranges: list[Range], media: bytes) -> tuple[float, int]:
    """How much a media type is wanted, and how early: the most specific range decides."""
    group = media.partition(b"/")[0] + b"/*"
    for wanted in (media, group, b"*/*"):
        for index, (weight, one, _) in enumerate(ranges):
            if one == wanted:
                return weight, -index
    return 0.0, 0


@remembered
def choose_media_type(header: bytes) -> bytes | None:
    """The media type of a single answer, or None where nothing offered is acceptable (406).

    Without a header, and for wildcards, it is application/json, which every client reads.
    """
    if not header:
        return JSON
    ranges = read_ranges(header)
    plain, own = _quality(ranges, JSON), _quality(ranges, RESPONSE_JSON)
    best = RESPONSE_JSON if own > plain else JSON
    return best if max(own, plain)[0] > 0 else None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A way to answer in parts that a client takes.

    `format` is how parts under `@defer` are written, None where the client names a format that the
    router does not write. `subscriptions` tells that it takes subscriptions over multipart.
    """

    media: bytes
    format: IncrementalFormat | None
    subscriptions: bool = False


@remembered
def choose_deliveries(header: bytes) -> tuple[Delivery, ...]:
    """The ways to answer in parts that a client takes, the most wanted first.

    Without a parameter the format is that of `deferSpec=20220824`, which all clients read. A range
    of multipart for unknown formats is left out.
    """
    found: list[Delivery] = []
    for media, parameters in accepted(header):
        if media not in (EVENT_STREAM, MULTIPART):
            continue
        wanted = {one.replace(b'"', b"").decode("latin-1") for one in parameters}
        named = {one for one in wanted if one.partition("=")[0].endswith("spec")}
        format_ = next((one for one in FORMATS if one.parameter.lower() in named), None)
        if not named:
            format_ = DEFER_20220824
        subscriptions = media == MULTIPART and SUBSCRIPTION_SPEC.lower() in named
        if format_ is not None or subscriptions or media == EVENT_STREAM:
            found.append(Delivery(media, format_, subscriptions))
    return tuple(found)


@remembered
def prefers_html(header: bytes) -> bool:
    """Whether a browser asks for a page: text/html stands before every GraphQL type."""
    for media, _ in accepted(header):
        if media in (HTML, b"application/xhtml+xml"):
            return True
        if media in (RESPONSE_JSON, JSON, EVENT_STREAM, MULTIPART):
            return False
    return False
