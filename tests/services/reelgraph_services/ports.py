"""Free ports for a stack of processes."""

from __future__ import annotations

import os
import socket

PORTS_OF_A_STACK = 24


def free_base_port() -> int:
    """Find a base port above which a whole stack's ports are free."""
    for base in range(21_000 + os.getpid() % 1000 * 30, 60_000, 30):
        if all(_is_free(base + offset) for offset in range(PORTS_OF_A_STACK)):
            return base
    raise AssertionError("no free range of ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
