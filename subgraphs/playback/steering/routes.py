"""Announced routes and the longest-prefix look-up over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from types import MappingProxyType

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PrefixMap = Mapping[int, tuple["Announcement", ...]]
_BITS = {4: 32, 6: 128}


@dataclass(frozen=True, slots=True)
class Announcement:
    """One route that an appliance's site advertises to it: it may serve clients inside `prefix`."""

    appliance_id: str
    prefix: Network
    as_path: tuple[int, ...]
    med: int


@dataclass(frozen=True, slots=True)
class RouteTable:
    """An immutable snapshot of every announced route, indexed by version and prefix length.

    A change makes a new table that shares the untouched lengths, so steering reads one reference
    and never locks.
    """

    _by_length: Mapping[tuple[int, int], _PrefixMap]

    @classmethod
    def of(cls, announcements: Iterable[Announcement]) -> RouteTable:
        """Index `announcements`; of two by one appliance for one prefix the later counts."""
        return cls(MappingProxyType({})).with_changes(announced=announcements)

    def matches(self, address: Address) -> dict[str, Announcement]:
        """Return the longest announced prefix around `address` for each appliance that has one."""
        bits = _BITS[address.version]
        number = int(address)
        found: dict[str, Announcement] = {}
        for (version, length), prefixes in self._by_length.items():
            if version != address.version:
                continue
            for announcement in prefixes.get(number >> (bits - length), ()):
                found.setdefault(announcement.appliance_id, announcement)
        return found

    def with_changes(
        self,
        announced: Iterable[Announcement] = (),
        withdrawn: Iterable[tuple[str, Network]] = (),
    ) -> RouteTable:
        """Return the table after withdrawals, then announcements; this one stays as it is."""
        touched: dict[tuple[int, int], dict[int, tuple[Announcement, ...]]] = {}
        for appliance_id, prefix in withdrawn:
            self._put(touched, appliance_id, prefix, None)
        for announcement in announced:
            self._put(touched, announcement.appliance_id, announcement.prefix, announcement)
        merged: dict[tuple[int, int], _PrefixMap] = {**self._by_length, **touched}
        longest_first = sorted(
            (item for item in merged.items() if item[1]), key=lambda item: -item[0][1]
        )
        return RouteTable(MappingProxyType(dict(longest_first)))

    def of_appliance(self, appliance_id: str) -> list[Announcement]:
        """Return every route of one appliance, longest prefix first."""
        return [
            announcement
            for prefixes in self._by_length.values()
            for at_prefix in prefixes.values()
            for announcement in at_prefix
            if announcement.appliance_id == appliance_id
        ]

    def _put(
        self,
        touched: dict[tuple[int, int], dict[int, tuple[Announcement, ...]]],
        appliance_id: str,
        prefix: Network,
        announcement: Announcement | None,
    ) -> None:
        index = (prefix.version, prefix.prefixlen)
        if index not in touched:
            touched[index] = dict(self._by_length.get(index, {}))
        key = int(prefix.network_address) >> (_BITS[prefix.version] - prefix.prefixlen)
        others = tuple(
            known for known in touched[index].get(key, ()) if known.appliance_id != appliance_id
        )
        left = others if announcement is None else (*others, announcement)
        if left:
            touched[index][key] = left
        else:
            touched[index].pop(key, None)


def parse_prefix(text: str) -> Network:
    """Read an IPv4 or IPv6 prefix as `a.b.c.d/n`.

    Raises ValueError, naming the text, when it is no prefix or has bits set behind its length.
    """
    try:
        return ip_network(text, strict=True)
    except ValueError as error:
        raise ValueError(f"{text!r} is no network prefix: {error}") from error
