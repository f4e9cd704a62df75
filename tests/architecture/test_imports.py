"""Who may import whom: the contracts of pyproject.toml hold, and could be broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
LINT = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*LINT, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_import_contracts_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_federation_needs_graphql_core_and_python_only() -> None:
    graph = grimp.build_graph("reelgraph_federation", include_external_packages=True)
    outside = {
        module
        for module in graph.modules
        if graph.is_module_squashed(module)
        and module not in sys.stdlib_module_names
        and any(graph.find_modules_that_directly_import(module))
    }
    assert outside == {"graphql"}


VIOLATIONS = [
    ("kit-imports-none-of-ours", "reelgraph_kit", "import reelgraph_dgs"),
    ("federation-is-pure", "reelgraph_federation", "import asyncio"),
    ("services-never-import-each-other", "reelgraph_router", "import reelgraph_registry"),
    ("domains-never-import-each-other", "subgraphs/catalog", "import subgraphs.member"),
    ("subgraphs-know-no-composition", "subgraphs/catalog", "import reelgraph_federation"),
    ("subgraph-kit-serves-subgraphs", "reelgraph_dgs", "import reelgraph_search"),
    ("router-needs-no-subgraph-kit", "reelgraph_router", "import reelgraph_dgs"),
    ("nobody-imports-the-command-line", "reelgraph_search", "import reelgraph_cli"),
    ("services-are-layered", "reelgraph_registry/domain", "import reelgraph_registry.use_cases"),
    ("only-app-wires-adapters", "reelgraph_search/ports", "import reelgraph_search.adapters"),
]

SKELETON = [
    "reelgraph_federation",
    "reelgraph_router",
    *(
        f"reelgraph_registry/{name}"
        for name in ("domain", "http", "ports", "use_cases", "adapters", "app")
    ),
    *(
        f"reelgraph_search/{name}"
        for name in (
            "documents",
            "index_config",
            "indexing",
            "ports",
            "query_language",
            "templates",
            "adapters",
        )
    ),
    "reelgraph_dgs",
    "reelgraph_kit",
    "reelgraph_cli",
    *(
        f"subgraphs/{name}"
        for name in ("catalog", "member", "billing", "playback", "recommendations", "artwork")
    ),
]


@pytest.fixture
def skeleton(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The packages with nothing in them, to be found before the installed ones."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in SKELETON:
        place = tmp_path
        for part in Path(name).parts:
            place /= part
            place.mkdir(exist_ok=True)
            (place / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_the_empty_skeleton_breaks_nothing(skeleton: Path) -> None:
    result = lint(skeleton)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("contract", "package", "line"), VIOLATIONS, ids=[row[0] for row in VIOLATIONS]
)
def test_each_contract_notices_its_violation(
    contract: str, package: str, line: str, skeleton: Path
) -> None:
    (skeleton / package / "wrong.py").write_text(line + "\n")
    result = lint(skeleton, "--contract", contract)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout
