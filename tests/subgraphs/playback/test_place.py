"""Where an appliance listens."""

from __future__ import annotations

from pathlib import Path

import pytest

from subgraphs.playback.appliance.__main__ import can_bind, place
from subgraphs.playback.appliance.settings import Settings
from subgraphs.playback.fleet_file import FleetFileError

ENTRY = (
    '[[appliance]]\nid="a"\nsite="s"\ncluster="c"\nplace=[0,0]\ncapacity_gbps=1\n'
    'host="%s"\nport=4999\n'
)


def settings(tmp_path: Path, listed_host: str, **given: object) -> Settings:
    fleet_file = tmp_path / "fleet.toml"
    fleet_file.write_text(ENTRY % listed_host)
    return Settings.model_validate(
        {"id": "a", "data_dir": tmp_path, "fleet_file": fleet_file, **given}
    )


def test_the_fleet_file_says_where_unless_the_settings_do(tmp_path: Path) -> None:
    from_file = place(settings(tmp_path, "127.0.0.1"))
    given = place(settings(tmp_path, "127.0.0.1", host="0.0.0.0", port=5000))

    assert (from_file.host, from_file.port) == ("127.0.0.1", 4999)
    assert from_file.base_url == "http://127.0.0.1:4999"
    assert (given.host, given.port) == ("0.0.0.0", 5000)


def test_a_loopback_address_that_is_not_there_becomes_the_usual_one(tmp_path: Path) -> None:
    # 127.0.0.0/8 is whole on Linux; its name for "no such address" elsewhere is a broken one here.
    missing = "127.0.0.256"
    assert not can_bind(missing)

    assert place(settings(tmp_path, missing)).host == "127.0.0.1"
    assert place(settings(tmp_path, "192.0.2.1")).host == "192.0.2.1"  # left to fail clearly


def test_an_unknown_appliance_is_told_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(FleetFileError, match="no appliance is called 'z'; there are: a"):
        place(settings(tmp_path, "127.0.0.1", id="z"))


def test_the_address_told_to_clients_can_be_another(tmp_path: Path) -> None:
    published = settings(tmp_path, "127.0.0.1", public_url="http://127.0.0.1:4021")

    assert place(published).base_url == "http://127.0.0.1:4021"
