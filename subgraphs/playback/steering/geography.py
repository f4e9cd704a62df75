"""Distances and the places of client networks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from subgraphs.playback.steering.fleet import Place
from subgraphs.playback.steering.routes import Address, Network

EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True, slots=True)
class NetworkPlace:
    """Where the clients of a network are."""

    prefix: Network
    place: Place


def distance_km(one: Place, other: Place) -> float:
    """Return the great-circle distance (haversine formula) in kilometres."""
    lat1, lat2 = math.radians(one.latitude), math.radians(other.latitude)
    half_lat = math.sin((lat2 - lat1) / 2) ** 2
    half_lon = math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    chord = half_lat + math.cos(lat1) * math.cos(lat2) * half_lon
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))


def locate(address: Address, places: Sequence[NetworkPlace]) -> Place | None:
    """Return the place of the most specific known network around `address`, or None."""
    around = [each for each in places if address in each.prefix]
    return max(around, key=lambda each: each.prefix.prefixlen).place if around else None
