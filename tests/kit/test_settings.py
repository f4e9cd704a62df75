"""Settings: where they come from, what they default to, and what is said about wrong ones."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field, ValidationError

from reelgraph_kit.settings import (
    ServiceSettings,
    SettingsError,
    describe_settings,
    load_or_exit,
    settings_table,
)


class Settings(ServiceSettings):
    service_name: ClassVar[str] = "film-club"

    port: int = Field(default=4999, ge=0, description="Port.")
    rows: int = Field(default=10, ge=1, description="Rows on a page.")


def test_the_prefix_comes_from_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELGRAPH_FILM_CLUB_ROWS", "3")
    monkeypatch.setenv("REELGRAPH_ROWS", "4")
    monkeypatch.setenv("ROWS", "5")
    assert Settings.load().rows == 3


def test_a_subclass_keeps_the_prefix_of_its_service(monkeypatch: pytest.MonkeyPatch) -> None:
    class Special(Settings):
        pass

    monkeypatch.setenv("REELGRAPH_FILM_CLUB_ROWS", "3")
    assert Special.load().rows == 3


def test_empty_variables_count_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELGRAPH_FILM_CLUB_ROWS", "")
    assert Settings.load().rows == 10


def test_stores_default_to_files_below_the_data_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    own = tmp_path / "film-club"
    assert settings.database_url == f"sqlite+aiosqlite:///{own}/film-club.db"
    assert settings.document_store_url == f"sqlite:///{own}/documents.db"
    assert settings.event_log_url == f"sqlite:///{tmp_path}/events.db"
    assert settings.cache_url == "memory://"
    assert settings.service_dir == own
    assert own.is_dir()


def test_a_relative_data_folder_means_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings().event_log_url == f"sqlite:///{tmp_path}/.reelgraph/events.db"


def test_real_engines_are_named_by_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELGRAPH_FILM_CLUB_EVENT_LOG_URL", "kafka://broker:9092")
    assert Settings.load().event_log_url == "kafka://broker:9092"


def test_only_this_machine_can_connect_by_default() -> None:
    assert Settings().host == "127.0.0.1"


def test_wrong_values_are_all_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELGRAPH_FILM_CLUB_ROWS", "none-of-your-business")
    monkeypatch.setenv("REELGRAPH_FILM_CLUB_LOG_LEVEL", "loud")
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    text = str(caught.value)
    assert "REELGRAPH_FILM_CLUB_ROWS: Input should be a valid integer" in text
    assert "REELGRAPH_FILM_CLUB_LOG_LEVEL: Input should be 'debug', 'info'" in text
    assert "none-of-your-business" not in text


def test_a_process_leaves_with_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REELGRAPH_FILM_CLUB_ROWS", "0")
    with pytest.raises(SystemExit) as caught:
        load_or_exit(Settings)
    assert caught.value.code == 2
    assert "Wrong settings for film-club" in capsys.readouterr().err


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().rows = 3  # type: ignore[misc]  # which is the point


def test_settings_describe_themselves() -> None:
    described = {item.field: item for item in describe_settings(Settings)}
    assert described["rows"].variable == "REELGRAPH_FILM_CLUB_ROWS"
    assert described["rows"].default == "`10`"
    assert described["rows"].description == "Rows on a page."
    assert all(item.description for item in described.values())
    assert "| `REELGRAPH_FILM_CLUB_ROWS` | int | `10` | Rows on a page. |" in settings_table(
        [Settings]
    )
