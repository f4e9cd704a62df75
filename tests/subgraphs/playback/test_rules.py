"""Entitlement, streams, fleet files: rules without I/O."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from subgraphs.playback.entitlement import (
    BillingFacts,
    Entitled,
    MaturityLevel,
    NotEntitledTo,
    RefusalReason,
    TitleFacts,
    Unavailable,
    Window,
    judge_entitlement,
)
from subgraphs.playback.fleet_file import DEFAULT_FLEET_FILE, FleetFileError, read_fleet_file
from subgraphs.playback.streams import LADDER, Device, asset_id, choose_initial, choose_streams

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PAID = BillingFacts(NOW + 20 * DAY, max_streams=2, max_height=720)


def title(*windows: Window, kind: str = "MOVIE", maturity: str = "SIXTEEN") -> TitleFacts:
    return TitleFacts("t", "T", kind, MaturityLevel[maturity], 1922, 90, windows)


def window(country: str | None = None, start: int = -1, end: int | None = 9) -> Window:
    return Window(country, NOW + start * DAY, None if end is None else NOW + end * DAY)


def judge(
    facts: TitleFacts,
    maturity: str = "EIGHTEEN",
    billing: BillingFacts | None = PAID,
    country: str | None = "DE",
) -> object:
    return judge_entitlement(facts, MaturityLevel[maturity], billing, country, NOW)


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        (title(), Unavailable(RefusalReason.NOT_IN_TERRITORY)),
        (title(window("FR")), Unavailable(RefusalReason.NOT_IN_TERRITORY)),
        (title(window("DE", 1)), Unavailable(RefusalReason.OUTSIDE_WINDOW)),
        (title(window("DE", -9, 0)), Unavailable(RefusalReason.OUTSIDE_WINDOW)),
        (title(window(), kind="SERIES"), Unavailable(RefusalReason.NOT_PLAYABLE)),
        (title(window("DE", 0)), Entitled(NOW + 9 * DAY, 2, 720)),
        (title(window(None, -1, None)), Entitled(NOW + 20 * DAY, 2, 720)),
        (title(window("FR"), window("DE", -1, 3)), Entitled(NOW + 3 * DAY, 2, 720)),
        (title(window("DE", -1, 3), window(None, -1, 5)), Entitled(NOW + 5 * DAY, 2, 720)),
        (title(window(), kind="EPISODE"), Entitled(NOW + 9 * DAY, 2, 720)),
    ],
)
def test_windows_and_territory(facts: TitleFacts, verdict: object) -> None:
    assert judge(facts) == verdict


def test_without_a_country_only_windows_for_everywhere_count() -> None:
    assert isinstance(judge(title(window()), country=None), Entitled)
    assert judge(title(window("DE")), country=None) == Unavailable(RefusalReason.NOT_IN_TERRITORY)


@pytest.mark.parametrize(
    ("limit", "allowed"),
    [("ALL", False), ("SEVEN", False), ("THIRTEEN", False), ("SIXTEEN", True), ("EIGHTEEN", True)],
)
def test_maturity(limit: str, allowed: bool) -> None:
    verdict = judge(title(window()), maturity=limit)

    assert isinstance(verdict, Entitled) is allowed
    assert allowed or verdict == NotEntitledTo(RefusalReason.MATURITY)


@pytest.mark.parametrize(
    ("billing", "reason"),
    [
        (None, RefusalReason.NO_SUBSCRIPTION),
        (BillingFacts(None, 2, 720), RefusalReason.NO_SUBSCRIPTION),
        (BillingFacts(NOW, 2, 720), RefusalReason.PAYMENT_DUE),
    ],
)
def test_payment(billing: BillingFacts | None, reason: RefusalReason) -> None:
    assert judge(title(window()), billing=billing) == NotEntitledTo(reason)


@pytest.mark.parametrize(
    ("device", "plan", "heights", "initial"),
    [
        (Device(), 1080, [240, 480, 720, 1080], 480),
        (Device(), 480, [240, 480], 480),
        (Device(max_height=720), 1080, [240, 480, 720], 480),
        (Device(throughput_bps=10_000_000), 1080, [240, 480, 720, 1080], 1080),
        (Device(throughput_bps=3_500_000), 1080, [240, 480, 720, 1080], 720),
        (Device(throughput_bps=300_000), 1080, [240, 480, 720, 1080], 240),
    ],
)
def test_streams_fit_device_plan_and_network(
    device: Device, plan: int, heights: list[int], initial: int
) -> None:
    streams = choose_streams(LADDER, device, plan)

    assert [each.height for each in streams] == heights
    assert choose_initial(streams, device).height == initial


def test_a_device_without_a_served_codec_gets_nothing() -> None:
    assert choose_streams(LADDER, Device(codecs=frozenset({"av1"})), 1080) == []


def test_an_asset_is_named_by_its_facts() -> None:
    first = asset_id("Nosferatu 1922", "Nosferatu", 1922)

    assert first == asset_id("Nosferatu 1922", "Nosferatu", 1922)
    assert first.startswith("nosferatu-1922-")
    assert first != asset_id("Nosferatu 1922", "Nosferatu!", 1922)


def test_the_default_fleet_serves_this_machine_from_two_sites() -> None:
    fleet = read_fleet_file(DEFAULT_FLEET_FILE)

    assert len(fleet.appliance) == 3
    assert len({entry.site for entry in fleet.appliance}) == 2
    for entry in fleet.appliance:
        assert "127.0.0.0/8" in [route.prefix for route in entry.routes]


ENTRY = (
    '[[appliance]]\nid="a"\nsite="s"\ncluster="c"\nplace=[0,0]\ncapacity_gbps=1\nhost="h"\nport=1\n'
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("appliance = [", "is not TOML"),
        ("x = 1", "appliance: Field required"),
        (ENTRY.replace("port=1", "port=-1"), "appliance.0.port"),
        (ENTRY + 'routes=[{prefix="10.0.0.1/8"}]', "is no network prefix"),
        (ENTRY + ENTRY, "lists an appliance id twice: a, a"),
        (ENTRY + "colour=1", "appliance.0.colour"),
    ],
)
def test_a_wrong_fleet_file_says_where(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text(text)

    with pytest.raises(FleetFileError, match=message.replace(".", r"\.")) as raised:
        read_fleet_file(path)
    assert str(path) in str(raised.value)


def test_a_missing_fleet_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FleetFileError, match="No such file"):
        read_fleet_file(tmp_path / "none.toml")
