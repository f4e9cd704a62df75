"""Every setting of every service is documented, and no two services want the same port."""

from __future__ import annotations

import importlib
import inspect
from collections import Counter
from pathlib import Path

import pytest

from reelgraph_kit.settings import ServiceSettings, describe_settings, settings_table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "settings.md"
SOURCE_ROOTS = ["router", "schema-registry", "search-indexer", "cli", "."]
INTRODUCTION = """\
# Settings

Each service reads its settings from environment variables: the service's prefix and the setting's
name. What is not set has the default; an empty variable counts as not set. A wrong value ends the
process with exit code 2 and the name of the variable. This page is generated from the code
(`pytest tests/architecture/test_settings.py --update-golden`).

"""


def settings_classes() -> list[type[ServiceSettings]]:
    """Find the settings of all services: classes with a name of their own in a settings.py."""
    found: dict[str, type[ServiceSettings]] = {}
    for root in SOURCE_ROOTS:
        folder = ROOT / root
        pattern = "subgraphs/**/settings.py" if root == "." else "reelgraph_*/**/settings.py"
        for path in sorted(folder.glob(pattern)):
            module = importlib.import_module(
                ".".join(path.relative_to(folder).with_suffix("").parts)
            )
            for _, value in inspect.getmembers(module, inspect.isclass):
                if issubclass(value, ServiceSettings) and "service_name" in vars(value):
                    found[value.service_name] = value
    found.pop(ServiceSettings.service_name, None)
    return [found[name] for name in sorted(found)]


CLASSES = settings_classes()


def test_the_services_are_found() -> None:
    assert {"router", "registry", "catalog", "member"} <= {one.service_name for one in CLASSES}


@pytest.mark.parametrize("settings", CLASSES, ids=[one.service_name for one in CLASSES])
def test_every_setting_says_what_it_means(settings: type[ServiceSettings]) -> None:
    silent = [item.variable for item in describe_settings(settings) if not item.description]
    assert silent == []


@pytest.mark.parametrize("settings", CLASSES, ids=[one.service_name for one in CLASSES])
def test_every_service_listens_on_this_machine_only_by_default(
    settings: type[ServiceSettings],
) -> None:
    assert settings.model_fields["host"].default.startswith("127.")


def test_no_two_services_want_the_same_port() -> None:
    ports = Counter(settings.model_fields["port"].default for settings in CLASSES)
    assert [port for port, count in ports.items() if port and count > 1] == []


def test_the_page_says_what_the_code_says(update_golden: bool) -> None:
    page = (INTRODUCTION + settings_table(CLASSES)).replace(f"{ROOT}/", "")
    if update_golden:
        PAGE.write_text(page)
    assert PAGE.exists(), f"{PAGE} is missing: write it with --update-golden"
    assert PAGE.read_text() == page, "write it again with --update-golden"
