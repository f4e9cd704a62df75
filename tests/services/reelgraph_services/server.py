"""Start a server on a free port of 127.0.0.1 and stop it again, leaving nothing behind."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SYSTEM_USER = "nobody"
"""Runs the servers that refuse root, when the tests run as root."""

_GUARD = Path(__file__).with_name("guard.py")
_STOP_SECONDS = 20.0
_started_here: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: where it answers, which process it is, where its files are."""

    name: str
    url: str
    pid: int
    folder: Path


def free_port() -> int:
    """Return a port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def new_folder(name: str) -> Iterator[Path]:
    """Make a folder for a server's data that the server's user can use.

    It goes away with the server, or at once when the server does not come to run.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"reelgraph-{name}-", dir="/tmp"))
    try:
        give_to_server(folder)
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def give_to_server(*paths: Path) -> None:
    """Make the server's user the owner of files, where that is another user than this one."""
    if os.geteuid() == 0:
        user = pwd.getpwnam(SYSTEM_USER)
        for path in paths:
            os.chown(path, user.pw_uid, user.pw_gid)


def as_server_user(command: Sequence[str]) -> list[str]:
    """Return a command that runs as the system user if this process is root's."""
    if os.geteuid() != 0:
        return list(command)
    user = pwd.getpwnam(SYSTEM_USER)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise RuntimeError("setpriv is needed to leave root: apt-get install util-linux.")
    return [
        setpriv,
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
        *command,
    ]


def run_as_server(command: Sequence[str], environment: dict[str, str], folder: Path) -> None:
    """Run a preparing command to its end; raises `RuntimeError` with its output."""
    done = subprocess.run(
        as_server_user(command),
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")


def start(
    name: str,
    command: Sequence[str],
    *,
    url: str,
    folder: Path,
    ready: Callable[[], bool],
    environment: dict[str, str] | None = None,
    seconds: float = 120.0,
    as_system_user: bool = True,
    owner: int | None = None,
) -> Server:
    """Start a server and wait until `ready()`.

    A guard process stops it when process `owner` (this one by default) is gone, and removes its
    folder. Raises
    `RuntimeError` with the end of the server's log when it ends or is not ready in time.
    """
    log = folder / "output.log"
    own = as_server_user(command) if as_system_user else list(command)
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, str(_GUARD), str(owner or os.getpid()), str(folder), *own],
            env=environment if environment is not None else dict(os.environ),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _started_here[process.pid] = process
    server = Server(name, url, process.pid, folder)
    try:
        _wait_until_ready(process, ready, seconds)
    except BaseException as error:
        text = log.read_text(errors="replace")[-4000:]
        stop(server)
        if isinstance(error, TimeoutError | ChildProcessError):
            raise RuntimeError(f"{name}: {error}. The end of its log:\n{text}") from None
        raise
    return server


def stop(server: Server) -> None:
    """Stop a server, wait until it is gone, and remove its files."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(server.pid, signal.SIGTERM)
    patience = time.monotonic() + _STOP_SECONDS
    while is_alive(server.pid):
        if time.monotonic() > patience:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            patience = time.monotonic() + _STOP_SECONDS
        time.sleep(0.05)
    _started_here.pop(server.pid, None)
    shutil.rmtree(server.folder, ignore_errors=True)


def is_alive(pid: int) -> bool:
    """Whether a process runs."""
    if pid in _started_here:
        return _started_here[pid].poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Ended, and not yet collected by the process that started it.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def answers(port: int) -> bool:
    """Whether something accepts connections on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def succeeds(command: Sequence[str]) -> bool:
    """Whether a command ends with exit code 0."""
    return subprocess.run(command, capture_output=True, check=False, timeout=10).returncode == 0


def _wait_until_ready(
    process: subprocess.Popen[bytes], ready: Callable[[], bool], seconds: float
) -> None:
    patience = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            raise ChildProcessError(f"ended with exit code {process.returncode}")
        if time.monotonic() > patience:
            raise TimeoutError(f"not ready after {seconds:.0f} s")
        time.sleep(0.1)
