"""Run a command and stop it when another process is gone: `guard.py PID FOLDER COMMAND…`.

A test run that is killed cannot stop its servers; this small process, which nobody kills, does.
SIGTERM to it is SIGTERM to the command. It ends with the command, and removes the folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

_LOOK_EVERY_SECONDS = 1.0
_KILL_AFTER_SECONDS = 15.0


def main(owner: int, command: list[str]) -> int:
    """Return the command's exit code."""
    process = subprocess.Popen(command)
    signal.signal(signal.SIGTERM, lambda number, frame: process.terminate())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            return process.wait(timeout=_LOOK_EVERY_SECONDS)
        except subprocess.TimeoutExpired:
            if not _is_there(owner):
                return _stop(process)


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _stop(process: subprocess.Popen[bytes]) -> int:
    process.terminate()
    try:
        return process.wait(timeout=_KILL_AFTER_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


if __name__ == "__main__":
    code = main(int(sys.argv[1]), sys.argv[3:])
    shutil.rmtree(sys.argv[2], ignore_errors=True)
    sys.exit(code)
