"""Refuse to start a stack that could not run: another one runs here, or a port is taken."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import click

from reelgraph_cli.up.stack import Stack


class CannotStart(click.ClickException):
    """The stack cannot start; the text says why and what to do."""

    exit_code = 2


@contextlib.contextmanager
def hold_data_dir(stack: Stack) -> Iterator[None]:
    """Hold the data folder for one supervisor; the kernel lets go when the process ends.

    Raises CannotStart when another supervisor holds it, naming its pid and address, and when
    nothing can be kept there.
    """
    status = stack.data_dir / "up.json"
    with _open_lock(stack) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(_already_running(stack.data_dir, status)) from None
        _write_status(status, stack)
        yield
        status.unlink(missing_ok=True)


def _open_lock(stack: Stack) -> TextIO:
    try:
        # Password hashes and signing secrets lie below it.
        stack.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (stack.keys_dir, stack.logs_dir):
            folder.mkdir(exist_ok=True)
        return open(stack.data_dir / "up.lock", "a")
    except OSError as error:
        raise CannotStart(
            f"cannot keep data in {stack.data_dir}: {error.strerror or error}. Name another "
            "folder: reelgraph up --data-dir OTHER (make run DATA_DIR=OTHER)."
        ) from None


def _already_running(data_dir: Path, status: Path) -> str:
    where = ""
    with contextlib.suppress(OSError, ValueError, KeyError):
        told = json.loads(status.read_text())
        where = f" (process {told['pid']}, {told['address']})"
    return (
        f"reelgraph already runs on the data folder {data_dir}{where}. Stop it with Ctrl-C where "
        "it was started, or start a second stack beside it: --data-dir OTHER --port OTHER."
    )


def _write_status(status: Path, stack: Stack) -> None:
    part = status.with_suffix(".part")
    address = f"http://127.0.0.1:{stack.base_port}/"
    part.write_text(json.dumps({"pid": os.getpid(), "address": address}))
    part.replace(status)


def require_free_ports(stack: Stack) -> None:
    """Raise CannotStart when a port of the stack is taken, naming each and its service."""
    taken = []
    for service in stack.services:
        port = service.port(stack.base_port)
        if not _is_free(service.host, port):
            taken.append(f"  {port} (for {service.name})")
    if taken:
        several = "s are" if len(taken) > 1 else " is"
        raise CannotStart(
            f"{len(taken)} port{several} taken by another program:\n" + "\n".join(taken) + "\n"
            "End that program, or choose another range: reelgraph up --port 5000 "
            "(make run PORT=5000)."
        )


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
