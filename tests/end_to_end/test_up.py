"""The supervisor behind `reelgraph up`: clear refusals, no orphans, restarts."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.end_to_end


def children_of(pid: int) -> set[int]:
    return {
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and parent_of(int(entry.name)) == pid
    }


def parent_of(pid: int) -> int | None:
    try:
        return int(re.findall(r"PPid:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0])
    except (OSError, IndexError):
        return None


def wait_until_gone(pids: set[int]) -> None:
    """Wait on the kernel's own handle of each process, not on a clock."""
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        import select

        readable, _, _ = select.select([handle], [], [], 30)
        os.close(handle)
        assert readable, f"process {pid} outlived its supervisor"


def test_ctrl_c_stops_everything(up):
    stack = up("--only", "web")
    stack.wait_for("Ready in")
    children = children_of(stack.process.pid)
    assert children
    assert stack.stop(signal.SIGINT) == 0
    wait_until_gone(children)
    assert not (stack.data_dir / "up.json").exists()


def test_a_killed_supervisor_leaves_no_orphan(up):
    stack = up("--only", "web")
    stack.wait_for("Ready in")
    children = children_of(stack.process.pid)
    assert children
    stack.stop(signal.SIGKILL)
    wait_until_gone(children)
    again = up("--only", "web", base_port=stack.base_port)
    again.wait_for("Ready in")


def test_a_second_start_names_the_first(up):
    first = up("--only", "web")
    first.wait_for("Ready in")
    second = up("--only", "web", data_dir=first.data_dir)
    line = second.wait_for("already runs")
    assert second.process.wait(timeout=60) == 2
    assert f"process {first.process.pid}" in line
    assert f"http://127.0.0.1:{first.base_port}/" in line
    assert httpx.get(first.url(3, "/health")).status_code == 200


def test_a_busy_port_is_named_with_its_service(up, tmp_path):
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        base_port = occupant.getsockname()[1] - 3
        stack = up("--only", "web", base_port=base_port)
        stack.wait_for(f"{base_port + 3} (for web)")
        stack.wait_for("--port")
        assert stack.process.wait(timeout=60) == 2


def test_a_crashed_process_is_started_again(up):
    stack = up("--only", "web")
    stack.wait_for("Ready in")
    (child,) = children_of(stack.process.pid)
    os.kill(child, signal.SIGKILL)
    stack.wait_for("starts again")
    wait_until_gone({child})
    transport = httpx.HTTPTransport(retries=5)  # the new process needs a moment to listen
    with httpx.Client(transport=transport) as client:
        assert client.get(stack.url(3, "/health")).json() == {"status": "ok"}


def test_a_process_that_cannot_start_stops_the_stack_and_shows_its_log(up, monkeypatch):
    monkeypatch.setenv("REELGRAPH_WEB_LOG_LEVEL", "loud")
    stack = up("--only", "web")
    stack.wait_for("REELGRAPH_WEB_LOG_LEVEL")
    assert stack.process.wait(timeout=60) == 1


def test_keys_are_private_and_kept(up):
    stack = up("--only", "web")
    stack.wait_for("Ready in")
    keys = stack.data_dir / "keys"
    before = {path.name: path.read_bytes() for path in keys.iterdir()}
    assert {path.stat().st_mode & 0o777 for path in keys.iterdir()} == {0o600}
    assert keys.stat().st_mode & 0o777 == 0o700
    public = json.loads(before["services.jwks.json"])["keys"]
    assert all("d" not in key for key in public), "a private key in the public set"
    stack.stop()
    again = up("--only", "web")
    again.wait_for("Ready in")
    assert {path.name: path.read_bytes() for path in keys.iterdir()} == before


def test_a_data_folder_that_cannot_be_made_is_refused_in_one_line(up, tmp_path):
    (tmp_path / "file").touch()
    stack = up("--only", "web", data_dir=tmp_path / "file" / "data")
    line = stack.wait_for("cannot keep data")
    assert str(tmp_path / "file" / "data") in line
    assert "--data-dir OTHER" in line
    assert stack.process.wait(timeout=60) == 2
    assert stack.lines == [line]


def test_processes_are_told_apart(up):
    stack = up("--only", "web")
    stack.wait_for("Ready in")
    (child,) = children_of(stack.process.pid)
    assert title_of(child) == "reelgraph web"
    assert title_of(stack.process.pid) == f"reelgraph up --port {stack.base_port}"


def title_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode()


def test_a_second_stack_says_how_the_command_line_finds_it(up):
    stack = up("--only", "registry,catalog")
    stack.wait_for("The command line finds this stack")
    exported = dict(
        stack.wait_for("export ").strip().removeprefix("export ").split("=", 1) for _ in range(2)
    )
    assert exported == {
        "REELGRAPH_REGISTRY_URL": stack.url(1),
        "REELGRAPH_REGISTRY_TOKEN_FILE": str(stack.data_dir / "keys" / "registry-token"),
    }
    command = [sys.executable, "-m", "reelgraph_cli", "subgraph", "list"]
    listed = subprocess.run(
        command, env=os.environ | exported, capture_output=True, text=True, check=False, timeout=60
    )
    assert "catalog" in listed.stdout
    assert listed.returncode == 0, listed.stderr


def test_an_unknown_service_is_a_usage_error(up):
    stack = up("--only", "wbe")
    stack.wait_for("there are: registry, router")
    assert stack.process.wait(timeout=60) == 2
