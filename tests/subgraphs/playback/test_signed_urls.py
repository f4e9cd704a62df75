from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

import pytest

from subgraphs.playback.signed_urls import (
    Grant,
    UrlKey,
    UrlRefusal,
    client_network,
    find_refusal,
    sign_url,
)

KEY = UrlKey("k1", b"secret" * 6)
OLD = UrlKey("k0", b"older!" * 6)
GRANT = Grant("asset-1", "session-1", 1_000_000, client_network("198.51.100.7"))


def judge(
    url: str,
    client: str = "198.51.100.7",
    now: int = 999_000,
    changes: Mapping[str, str] = MappingProxyType({}),
) -> UrlRefusal | None:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query)) | dict(changes)
    return find_refusal(
        parts.path.split("/")[1],
        query,
        client,
        {"k1": KEY, "k0": OLD},
        {"revoked-session"},
        now,
    )


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1:2ff::9", "2001:db8:1:200::/56"),
        ("::ffff:198.51.100.7", "198.51.100.0/24"),
    ],
)
def test_the_client_s_network(address: str, network: str) -> None:
    assert client_network(address) == network


def test_a_signed_url_is_served_to_the_client_s_network_until_it_expires() -> None:
    url = sign_url("http://oca:80/", "480p.webm", GRANT, KEY)

    assert url.startswith("http://oca:80/asset-1/480p.webm?e=1000000&s=session-1&k=k1&sig=")
    assert judge(url) is None
    assert judge(url, "198.51.100.250") is None
    assert judge(url, "::ffff:198.51.100.7") is None
    assert judge(url, "198.51.101.7") is UrlRefusal.BAD_SIGNATURE
    assert judge(url, now=1_000_030) is None  # clocks may differ by 30 s
    assert judge(url, now=1_000_031) is UrlRefusal.EXPIRED


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"e": "1000001"}, UrlRefusal.BAD_SIGNATURE),
        ({"e": "soon"}, UrlRefusal.INCOMPLETE),
        ({"s": "session-2"}, UrlRefusal.BAD_SIGNATURE),
        ({"k": "k0"}, UrlRefusal.BAD_SIGNATURE),
        ({"k": "k9"}, UrlRefusal.UNKNOWN_KEY),
        ({"sig": ""}, UrlRefusal.BAD_SIGNATURE),
        ({"sig": "é"}, UrlRefusal.BAD_SIGNATURE),
    ],
)
def test_what_is_changed_is_refused(changes: dict[str, str], refusal: UrlRefusal) -> None:
    assert judge(sign_url("http://oca", "480p.webm", GRANT, KEY), changes=changes) is refusal


def test_one_signature_is_for_one_asset_and_all_its_files() -> None:
    url = sign_url("http://oca", "480p.webm", GRANT, KEY)

    assert judge(url.replace("480p", "240p")) is None
    assert judge(url.replace("asset-1", "asset-2")) is UrlRefusal.BAD_SIGNATURE


def test_a_missing_part_is_refused() -> None:
    assert find_refusal("asset-1", {}, "198.51.100.7", {"k1": KEY}, set(), 0) is (
        UrlRefusal.INCOMPLETE
    )


def test_an_older_key_still_verifies_and_an_ended_session_does_not() -> None:
    assert judge(sign_url("http://oca", "480p.webm", GRANT, OLD)) is None
    ended = Grant("asset-1", "revoked-session", 1_000_000, GRANT.client)
    assert judge(sign_url("http://oca", "480p.webm", ended, KEY)) is UrlRefusal.REVOKED
