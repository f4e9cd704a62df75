"""docs/library.md: its Python runs from top to bottom, type-checks, and prints what stands below it."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import reelgraph_federation

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "library.md"
_BLOCK = re.compile(r"```python\n(?P<code>.*?)```(?:\s+```text\n(?P<printed>.*?)```)?", re.DOTALL)


README = ROOT / "README.md"


def blocks() -> list[re.Match[str]]:
    found = list(_BLOCK.finditer(PAGE.read_text()))
    assert len(found) >= 5
    return found


def test_each_block_prints_what_stands_below_it(update_golden):
    text = PAGE.read_text()
    names: dict[str, object] = {}
    found = list(blocks())
    assert found
    for block in found:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(block["code"], str(PAGE), "exec"), names)
        printed = "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
        if update_golden and block["printed"] is not None:
            text = text.replace(
                block[0], block[0].replace(f"```text\n{block['printed']}", f"```text\n{printed}")
            )
        elif not update_golden:
            assert printed == block["printed"], block["code"]
    if update_golden:
        PAGE.write_text(text)


def test_the_lines_in_the_readme_run(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
    exec(compile(textwrap.dedent(code), str(README), "exec"), {})
    printed = capsys.readouterr().out
    assert 'Fetch 1 (service: "reviews")' in printed
    assert "BREAKING Film.stars" in printed


def test_the_code_type_checks(tmp_path):
    path = tmp_path / "library.py"
    path.write_text("\n".join(block["code"] for block in blocks()))
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        str(path),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_page_and_the_package_name_the_same_things():
    page = PAGE.read_text() + (reelgraph_federation.__doc__ or "")
    for name in reelgraph_federation.__all__:
        value = getattr(reelgraph_federation, name)
        assert value.__doc__, f"{name} says nothing of itself"
        assert f"`{name}`" in page, name
    assert set(reelgraph_federation.__all__) <= set(dir(reelgraph_federation))
