"""Ask a process whether it can serve."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass

PROBE_TIMEOUT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a process answered at ``/ready``; `why_not` is text for people."""

    ready: bool
    why_not: str = ""


def ask_ready(host: str, port: int) -> Readiness:
    """Ask ``GET /ready`` of one process; no answer is an answer, never an exception."""
    connection = http.client.HTTPConnection(host, port, timeout=PROBE_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/ready")
        response = connection.getresponse()
        body = response.read(65_536)
    except (OSError, http.client.HTTPException):
        return Readiness(False, "does not answer yet")
    finally:
        connection.close()
    return Readiness(response.status == 200, _describe(body))


def _describe(body: bytes) -> str:
    try:
        checks = json.loads(body).get("checks", {})
    except (ValueError, AttributeError):
        return ""
    if not isinstance(checks, dict):
        return str(checks)
    return "; ".join(f"{name}: {state}" for name, state in checks.items() if state not in OK_STATES)


OK_STATES = ("ok", True)


if __name__ == "__main__":  # a container's health check: python -m reelgraph_cli.up.probes PORT
    import sys

    answer = ask_ready("127.0.0.1", int(sys.argv[1]))
    print(answer.why_not or "ready")
    sys.exit(0 if answer.ready else 1)
