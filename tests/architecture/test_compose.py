"""compose.yaml and `reelgraph up` describe the same stack, and name only settings that exist."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
import yaml

from reelgraph_cli.up.stack import Service, Stack, build_stack
from reelgraph_kit.settings import ServiceSettings, describe_settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
STACK = build_stack(4000, Path("/data"))
ENGINES = {"postgresql", "elasticsearch", "redis", "mongodb", "kafka"}
ONE_SHOT = {"keys", "publish"}


def settings_class(service: Service) -> type[ServiceSettings]:
    module = importlib.import_module(f"{service.package}.settings")
    (found,) = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, ServiceSettings)
        and value.__module__ == module.__name__
    ]
    return found


def variables(service: Service) -> set[str]:
    return {setting.variable for setting in describe_settings(settings_class(service))}


def test_both_have_the_same_processes():
    assert set(COMPOSE["services"]) - ENGINES - ONE_SHOT == {s.name for s in STACK.services}


def test_every_engine_and_process_has_a_health_check():
    without = [name for name, s in COMPOSE["services"].items() if "healthcheck" not in s]
    assert set(without) == ONE_SHOT


@pytest.mark.parametrize("service", STACK.services, ids=lambda s: s.name)
def test_ports_and_commands_agree(service: Service):
    described = COMPOSE["services"][service.name]
    port = service.port(STACK.base_port)
    assert described["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert described["command"] == ["python", "-m", service.package]
    assert described["environment"][f"{service.prefix}PORT"] == str(port)


@pytest.mark.parametrize("service", STACK.services, ids=lambda s: s.name)
def test_every_variable_is_a_setting(service: Service):
    known = variables(service)
    assert set(COMPOSE["services"][service.name]["environment"]) <= known
    assert set(environment(service)) <= known


def environment(service: Service) -> dict[str, str]:
    return service.environment(Stack(STACK.base_port, STACK.data_dir, STACK.services))


def test_the_published_subgraphs_are_those_of_the_stack():
    listed = yaml.safe_load((ROOT / "deploy" / "subgraphs.yaml").read_text())["subgraphs"]
    assert {entry["name"]: (ROOT / "deploy" / entry["schema"]).resolve() for entry in listed} == {
        s.name: s.schema.resolve() for s in STACK.services if s.schema is not None
    }
    for entry in listed:
        service = STACK.find(entry["name"])
        assert entry["url"] == f"http://{service.name}:{service.port(4000)}/graphql"


def test_nothing_has_a_default_password():
    text = (ROOT / "compose.yaml").read_text()
    assert not re.findall(r"PASSWORD: (?!\$\{POSTGRES_PASSWORD)", text)
    assert "${POSTGRES_PASSWORD:?" in text
