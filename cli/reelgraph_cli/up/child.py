"""One child process: forked from the supervisor, ended with it, whatever ends it."""

from __future__ import annotations

import contextlib
import os
import runpy
import signal
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path

from setproctitle import setproctitle

GRACE_SECONDS = 12.0
"""How long a child may take to finish what it is doing once it has been told to stop."""

_PRELOADED = (
    "fastapi",
    "httpx",
    "jwt",
    "pydantic_settings",
    "sqlalchemy.ext.asyncio",
    "strawberry",
    "strawberry.fastapi",
    "uvicorn",
)


def preload() -> None:
    """Import what nearly every service needs, once, so that each fork starts with it.

    Thirteen interpreters that each import the same frameworks need some twenty CPU seconds;
    one that imports them and forks needs two. None of these modules starts a thread.
    """
    for module in _PRELOADED:
        with contextlib.suppress(ImportError):  # with --only, an extra may not be installed
            __import__(module)


class Lifeline:
    """A pipe whose writing end only the supervisor holds: when it closes, children end.

    The kernel closes it however the supervisor dies, also by SIGKILL, so no child is orphaned.
    """

    def __init__(self) -> None:
        """Open the pipe."""
        self._reading, self._writing = os.pipe()

    def watch(self) -> None:
        """In a child: end this process when the supervisor is gone."""
        os.close(self._writing)
        threading.Thread(target=self._wait_for_end, name="lifeline", daemon=True).start()

    def _wait_for_end(self) -> None:
        os.read(self._reading, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(GRACE_SECONDS)
        os._exit(1)


def fork_child(
    name: str, package: str, environment: Mapping[str, str], log_file: Path, lifeline: Lifeline
) -> int:
    """Run `package` as ``python -m package`` in a fork of this process and return its pid.

    `name` tells it apart in a list of processes. The child has a session of its own (the terminal's Ctrl-C reaches the supervisor alone),
    writes stdout and stderr to `log_file`, and ends when the supervisor does.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        _redirect_output(log_file)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        os.environ.update(environment)
        setproctitle(f"reelgraph {name}")
        lifeline.watch()
        sys.argv = [package]
        runpy.run_module(package, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        if isinstance(stop.code, str):
            print(stop.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _redirect_output(log_file: Path) -> None:
    handle = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(null)
    os.close(handle)
