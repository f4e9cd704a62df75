"""The shared secret by which an appliance and the control plane know each other."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def load_or_create_key(path: Path) -> str:
    """Read the secret at `path`, making it first (mode 0600) when there is none.

    Safe among processes: the file appears whole, and whoever comes second reads the first's.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(32) + "\n")
            os.link(unfinished, path)
        except FileExistsError:
            pass  # the other side was faster
        finally:
            unfinished.unlink()
    return path.read_text().strip()
