"""The wheel as users get it: what is in it, and each extra alone in an empty environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import httpx
import pytest
from reelgraph_services.ports import free_base_port

pytestmark = pytest.mark.registries

ROOT = Path(__file__).parents[2]
PAGES = ("router/reelgraph_router/pages", "clients/web/dist")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
IMPORTS = {
    "kit": "reelgraph_kit.process, reelgraph_kit.identity, reelgraph_kit.resilience",
    "router": "reelgraph_router.app, reelgraph_router.cli",
    "registry": "reelgraph_registry.app, reelgraph_registry.cli.subgraph",
    "dgs": "reelgraph_dgs, reelgraph_dgs.app",
    "search": "reelgraph_search.app, reelgraph_search.cli",
    "elasticsearch": "elasticsearch",
    "redis": "redis.asyncio",
    "mongodb": "motor, pymongo",
    "kafka": "aiokafka",
    "postgresql": "asyncpg",
    "engines": "elasticsearch, redis.asyncio, motor, aiokafka, asyncpg",
    "service": "reelgraph_service; reelgraph_service.put_on_path(); import "
    "subgraphs.catalog.app, subgraphs.member.app, subgraphs.billing.app, subgraphs.playback.app, "
    "subgraphs.recommendations.app, subgraphs.artwork.app, subgraphs.playback.appliance.app",
    "all": "reelgraph_router.app, reelgraph_registry.app, reelgraph_search.app",
    "dev": "reelgraph_dgs.pytest_plugin, pytest, mypy, ruff, hypothesis",
}


def run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    return subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=300, **options
    )


def checkout_at(folder: Path, *, pages: bool = True) -> Path:
    names = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
    for name in filter(None, names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    for page in PAGES if pages else ():
        shutil.copytree(ROOT / page, folder / page)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """Return the folder with the sdist and the wheel that `python -m build` makes."""
    folder = tmp_path_factory.mktemp("built")
    checkout = checkout_at(tmp_path_factory.mktemp("checkout"))
    done = run(sys.executable, "-m", "build", "--outdir", folder, checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    direct = folder / "direct"
    done = run(sys.executable, "-m", "build", "--wheel", "--outdir", direct, checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built) -> Path:
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture
def environment(tmp_path, wheel):
    """Make an empty environment with the wheel and some extras; returns its `bin`."""

    def make(*extras: str) -> Path:
        home = tmp_path / "environment"
        uv = (sys.executable, "-m", "uv", "--no-config", "--quiet")
        done = run(*uv, "venv", "--python", sys.executable, home)
        assert done.returncode == 0, done.stderr
        wanted = f"reelgraph[{','.join(extras)}] @ {wheel.as_uri()}"
        python = home / "bin" / "python"
        done = run(*uv, "pip", "install", "--only-binary", ":all:", "--python", python, wanted)
        assert done.returncode == 0, done.stderr
        return home / "bin"

    return make


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_sdist_builds_the_same_wheel(built, wheel):
    (direct,) = (built / "direct").glob("*.whl")
    assert contents(wheel) == contents(direct)


def test_packages_and_pages(wheel):
    names = set(contents(wheel))
    packages = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert packages == {
        "reelgraph_cli",
        "reelgraph_dgs",
        "reelgraph_federation",
        "reelgraph_kit",
        "reelgraph_registry",
        "reelgraph_router",
        "reelgraph_search",
        "reelgraph_service",
    }
    assert {f"{package}/py.typed" for package in packages} <= names
    assert "reelgraph_router/pages/graphiql/index.html" in names
    assert "reelgraph_service/clients/web/dist/index.html" in names
    scripts = [
        name for name in names if re.search(r"(pages/graphiql|web/dist)/assets/.*\.js$", name)
    ]
    assert {name.split("/")[0] for name in scripts} == {"reelgraph_router", "reelgraph_service"}
    template = "reelgraph_cli/init/template/"
    assert {f"{template}pyproject.toml", f"{template}dot-github/workflows/schema.yml"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_without_pages_nothing_is_built(tmp_path):
    checkout = checkout_at(tmp_path / "checkout", pages=False)
    for kind in ("--wheel", "--sdist"):
        done = run(sys.executable, "-m", "build", kind, "--outdir", tmp_path / "out", checkout)
        assert done.returncode != 0
        assert "make pages" in done.stdout + done.stderr
    assert not list(tmp_path.glob("out/*"))


def test_every_extra_is_tried():
    assert set(IMPORTS) == set(PROJECT["optional-dependencies"])


@pytest.mark.parametrize("extra", IMPORTS)
def test_an_extra_alone(extra, environment, tmp_path):
    bin_ = environment(extra)
    done = run(bin_ / "python", "-c", f"import {IMPORTS[extra]}", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = run(bin_ / "reelgraph", "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_no_extra_at_all(environment, tmp_path):
    bin_ = environment()
    code = "import reelgraph_federation.composition, reelgraph_federation.planning, sys; "
    code += "sys.exit('subgraphs' in sys.modules)"
    done = run(bin_ / "python", "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = run(bin_ / "reelgraph", "up", cwd=tmp_path)
    assert done.returncode == 2
    assert 'pip install "reelgraph[registry,router,search,service]"' in done.stderr
    assert not (tmp_path / ".reelgraph").exists()


def test_the_whole_service_runs_from_the_wheel(environment, tmp_path):
    port = free_base_port()
    bin_ = environment("router", "registry", "search", "service")
    command = [bin_ / "reelgraph", "up", "--port", port, "--data-dir", tmp_path / "data"]
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=tmp_path,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ready in" in line:
                break
        else:
            raise AssertionError("".join(lines))
        query = {"query": '{ title(id: "the-general-1926") { name playable } }'}
        answer = httpx.post(f"http://127.0.0.1:{port}/graphql", json=query, timeout=60)
        assert answer.json() == {"data": {"title": {"name": "The General", "playable": True}}}
        page = httpx.get(f"http://127.0.0.1:{port + 3}/", timeout=60)
        assert page.status_code == 200
        assert "<script" in page.text
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()
