"""Ask processes whether they can serve, without ever waiting for one of them."""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from dataclasses import dataclass

PROBE_SECONDS = 5.0
"""After this long without a whole answer a probe is given up."""
_MAX_ANSWER_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a process answered at ``/ready``; `why_not` is text for people."""

    ready: bool
    why_not: str = ""


SILENT = Readiness(False, "does not answer yet")


class Probe:
    """One ``GET /ready`` under way on a non-blocking socket.

    A process that is still starting accepts the connection and answers later, so a supervisor
    that waited for each in turn would be as slow as all of them together.
    """

    def __init__(self, host: str, port: int) -> None:
        """Begin to connect."""
        self._request = f"GET /ready HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode()
        self._answer = b""
        self._deadline = time.monotonic() + PROBE_SECONDS
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._socket.connect_ex((host, port))

    def poll(self) -> Readiness | None:
        """Go on as far as possible at once; return the answer when it is whole, else None."""
        try:
            whole = self._advance()
        except OSError:
            return self._end(SILENT)
        if whole:
            return self._end(_read_answer(self._answer))
        return self._end(SILENT) if time.monotonic() > self._deadline else None

    def _advance(self) -> bool:
        if self._request:
            _, writable, _ = select.select([], [self._socket], [], 0)
            if not writable:
                return False
            self._request = self._request[self._socket.send(self._request) :]
        while select.select([self._socket], [], [], 0)[0]:
            part = self._socket.recv(_MAX_ANSWER_BYTES)
            self._answer += part
            if not part or len(self._answer) > _MAX_ANSWER_BYTES:
                return True
        return False

    def _end(self, readiness: Readiness) -> Readiness:
        self._socket.close()
        return readiness


def _read_answer(answer: bytes) -> Readiness:
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1:2]
    if not status:
        return SILENT
    return Readiness(status == [b"200"], _describe(body))


def _describe(body: bytes) -> str:
    try:
        checks = json.loads(body)["checks"]
        return "; ".join(f"{name}: {state}" for name, state in checks.items() if state != "ok")
    except (ValueError, KeyError, TypeError, AttributeError):
        return "says that it is not ready"


def wait_for_answer(host: str, port: int) -> Readiness:
    """Probe one process and wait for its answer, at most `PROBE_SECONDS`."""
    probe = Probe(host, port)
    while (answer := probe.poll()) is None:
        select.select([], [], [], 0.02)
    return answer


if __name__ == "__main__":  # a container's health check: python -m reelgraph_cli.up.probes PORT
    told = wait_for_answer("127.0.0.1", int(sys.argv[1]))
    print(told.why_not or "ready")
    sys.exit(0 if told.ready else 1)
