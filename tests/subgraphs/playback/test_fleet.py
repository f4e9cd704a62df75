from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from subgraphs.playback.steering.fleet import (
    Appliance,
    ApplianceFacts,
    ApplianceHealth,
    HealthReport,
    Load,
    Place,
    accept_report,
    health_at,
    is_newer,
)

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def report(sequence: int, boot_id: str = "boot-1") -> HealthReport:
    return HealthReport(boot_id, sequence, Load(), base_url_v4="http://a")


def appliance() -> Appliance:
    return Appliance(ApplianceFacts("a", "site", "cluster", Place(0, 0)))


def play(*seconds: int) -> Appliance:
    """Return an appliance whose reports came at these seconds."""
    current = appliance()
    for sequence, second in enumerate(seconds):
        current = accept_report(current, report(sequence), START + second * SECOND, START)
    return current


@pytest.mark.parametrize(
    ("silence", "health"),
    [
        (0, ApplianceHealth.HEALTHY),
        (14, ApplianceHealth.HEALTHY),
        (15, ApplianceHealth.SUSPECT),
        (29, ApplianceHealth.SUSPECT),
        (30, ApplianceHealth.DOWN),
    ],
)
def test_missed_reports_make_it_suspect_and_then_down(
    silence: int, health: ApplianceHealth
) -> None:
    current = play(0, 5)

    assert health_at(current, START + (5 + silence) * SECOND, START) is health


def test_never_heard_of_is_no_candidate_yet() -> None:
    assert health_at(appliance(), START, START) is ApplianceHealth.UNHEARD


def test_after_down_it_returns_with_the_fifth_good_report() -> None:
    times = [0, 40, 45, 50, 55, 60]
    healths = [
        health_at(play(*times[: count + 1]), START + times[count] * SECOND, START)
        for count in range(len(times))
    ]

    assert healths == [
        ApplianceHealth.HEALTHY,
        *[ApplianceHealth.DOWN] * 4,
        ApplianceHealth.HEALTHY,
    ]


def test_a_gap_while_it_returns_begins_the_count_anew() -> None:
    current = play(0, 40, 45, 50, 70, 75, 80, 85)

    assert health_at(current, START + 85 * SECOND, START) is ApplianceHealth.DOWN
    again = accept_report(current, report(9), START + 90 * SECOND, START)
    assert health_at(again, START + 90 * SECOND, START) is ApplianceHealth.HEALTHY


def test_a_restart_of_the_control_plane_takes_nobody_down() -> None:
    current = play(0)
    restarted = START + timedelta(hours=3)

    assert health_at(current, restarted + 14 * SECOND, restarted) is ApplianceHealth.HEALTHY
    assert health_at(current, restarted + 30 * SECOND, restarted) is ApplianceHealth.DOWN
    heard = accept_report(current, report(1), restarted + 3 * SECOND, restarted)
    assert health_at(heard, restarted + 3 * SECOND, restarted) is ApplianceHealth.HEALTHY


@pytest.mark.parametrize(
    ("sequence", "boot_id", "newer"),
    [(2, "boot-1", True), (1, "boot-1", False), (0, "boot-1", False), (0, "boot-2", True)],
)
def test_older_reports_of_a_boot_are_ignored(sequence: int, boot_id: str, newer: bool) -> None:
    assert is_newer(play(0, 5), report(sequence, boot_id)) is newer
