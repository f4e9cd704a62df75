from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.playback.steering.fleet import (
    Appliance,
    ApplianceFacts,
    ApplianceState,
    Fleet,
    Load,
    Place,
)
from subgraphs.playback.steering.rendezvous import Member, order_by_rendezvous
from subgraphs.playback.steering.routes import Announcement, RouteTable, parse_prefix
from subgraphs.playback.steering.steer import Network, Question, choose, steer

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
FILES = frozenset({"asset/240p.webm", "asset/480p.webm"})
CASES = tomllib.loads(Path(__file__).with_name("steering_cases.toml").read_text())["case"]


def make_appliance(name: str, given: dict[str, Any]) -> Appliance:
    facts = ApplianceFacts(
        id=name,
        site=given.get("site", name),
        cluster=given.get("cluster", name),
        place=Place(*given.get("place", (0.0, 0.0))),
        capacity_gbps=10.0,
        peering=given.get("peering", False),
        state=ApplianceState(given.get("state", "ACTIVE")),
    )
    return Appliance(
        facts,
        base_url_v4=given.get("base_url_v4", f"http://{name}") or None,
        base_url_v6=given.get("base_url_v6"),
        boot_id="boot",
        last_report_at=(
            NOW - timedelta(seconds=given.get("silent_seconds", 1))
            if given.get("heard", True)
            else None
        ),
        good_reports_needed=given.get("good_reports_needed", 0),
        load=Load(gbps=given.get("gbps", 0.0), disk_busy=given.get("disk_busy", 0.0)),
        files=frozenset(given.get("files", FILES)),
        reads_through=given.get("reads_through", False),
        codecs=frozenset(given.get("codecs", ["vp8"])),
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_steering(case: dict[str, Any]) -> None:
    appliances = [make_appliance(name, given) for name, given in case["appliance"].items()]
    routes = RouteTable.of(
        Announcement(name, parse_prefix(prefix), tuple(as_path), med)
        for name, given in case["appliance"].items()
        for prefix, as_path, med in given.get("routes", [])
    )
    network = Network(Fleet.of(appliances, NOW - timedelta(hours=1)), routes)
    place = Place(*case["place"]) if "place" in case else None
    question = Question(ip_address(case["client"]), "asset", FILES, place=place)

    judged = steer(question, network, NOW)

    ranked = [each for each in judged if each.rank is not None]
    assert [each.appliance.facts.id for each in ranked] == case["ranked"]
    assert [each.rank for each in ranked] == list(range(len(ranked)))
    assert {each.appliance.facts.id: each.rejection.value for each in judged if each.rejection} == {
        name: given["rejected"] for name, given in case["appliance"].items() if "rejected" in given
    }
    chosen = [each.appliance.facts.id for each in choose(judged)]
    assert chosen == case.get("chosen", case["ranked"][:3])


prefixes = st.builds(
    lambda number, length: ip_network((number, length), strict=False),
    # Few distinct bits, so that prefixes nest and addresses hit them.
    st.sampled_from([0x0A000000 + (bits << 20) + (bits << 4) for bits in range(16)]),
    st.integers(0, 32),
)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), prefixes), max_size=30),
    st.lists(st.tuples(st.sampled_from("abc"), prefixes), max_size=10),
    st.sampled_from([0x0A000000 + (bits << 20) + (bits << 4) + 1 for bits in range(16)]),
)
def test_the_look_up_finds_what_a_search_through_all_would(
    announced: list[tuple[str, Any]], withdrawn: list[tuple[str, Any]], number: int
) -> None:
    address = IPv4Address(number)
    table = RouteTable.of(Announcement(name, prefix, (), 0) for name, prefix in announced)
    changed = table.with_changes(withdrawn=withdrawn)

    for current, left in ((table, announced), (changed, set(announced) - set(withdrawn))):
        expected: dict[str, int] = {}
        for name, prefix in left:
            if address in prefix:
                expected[name] = max(prefix.prefixlen, expected.get(name, -1))
        found = current.matches(address)
        assert {name: each.prefix.prefixlen for name, each in found.items()} == expected


def test_a_route_replaces_the_same_appliance_s_route_for_the_prefix() -> None:
    prefix = parse_prefix("192.0.2.0/24")
    table = RouteTable.of(
        [Announcement("a", prefix, (1, 2), 0), Announcement("b", prefix, (1,), 0)]
    )

    changed = table.with_changes(announced=[Announcement("a", prefix, (3,), 7)])

    assert table.matches(IPv4Address("192.0.2.1"))["a"].as_path == (1, 2)
    assert changed.matches(IPv4Address("192.0.2.1"))["a"].as_path == (3,)
    assert changed.matches(IPv4Address("192.0.2.1"))["b"].as_path == (1,)


@pytest.mark.parametrize("text", ["192.0.2.1/24", "192.0.2.0/33", "prefix", ""])
def test_what_is_no_prefix_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is no network prefix"):
        parse_prefix(text)


def members(*weights: float, connections: int = 0) -> list[Member]:
    return [Member(f"m{number}", weight, connections) for number, weight in enumerate(weights)]


def test_assets_are_shared_out_by_weight() -> None:
    owners = [order_by_rendezvous(f"asset-{n}", members(1, 1, 2))[0] for n in range(4000)]

    shares = [owners.count(f"m{number}") / len(owners) for number in range(3)]
    assert shares == pytest.approx([0.25, 0.25, 0.5], abs=0.04)


def test_losing_a_member_moves_only_its_own_assets() -> None:
    for number in range(300):
        before = order_by_rendezvous(f"asset-{number}", members(1, 1, 1, 1))
        after = order_by_rendezvous(f"asset-{number}", members(1, 1, 1))
        assert after == [name for name in before if name != "m3"]


def test_load_is_bounded_and_overflow_goes_to_the_next_in_hash_order() -> None:
    connections = dict.fromkeys(["m0", "m1", "m2", "m3"], 0)
    idle = order_by_rendezvous("hot", members(1, 1, 1, 1))
    went = []
    for _ in range(400):
        now = [Member(name, 1.0, count) for name, count in connections.items()]
        owner = order_by_rendezvous("hot", now)[0]
        connections[owner] += 1
        went.append(owner)

    assert went[0] == idle[0]
    assert went[:3].count(idle[0]) >= 1
    assert idle[1] in went
    mean = 400 / 4
    assert max(connections.values()) <= 1.25 * mean + 1


def test_the_look_up_stays_quick_with_many_prefixes() -> None:
    import time

    table = RouteTable.of(
        Announcement(f"oca-{number % 40}", ip_network((number << 12, 20)), (64500,), 0)
        for number in range(100_000)
    )
    addresses = [IPv4Address((number * 7919 % 100_000) << 12) for number in range(2000)]
    begun = time.process_time()
    hits = sum(bool(table.matches(address)) for address in addresses)
    spent = (time.process_time() - begun) / len(addresses)

    assert hits == len(addresses)
    assert spent < 200e-6  # seconds; it is some 3 µs, and a search through all would be 10 ms
