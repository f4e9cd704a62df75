"""Where downloaded servers are kept, outside of the work tree.

`$REELGRAPH_SERVICES_CACHE`, else ~/.cache/reelgraph; for root /var/cache/reelgraph, because the
servers that refuse to run as root could not read below /root.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_dir() -> Path:
    """Return the cache's folder, made when missing."""
    chosen = os.environ.get("REELGRAPH_SERVICES_CACHE")
    if chosen:
        path = Path(chosen).absolute()
    elif os.geteuid() == 0:
        path = Path("/var/cache/reelgraph")
    else:
        path = Path.home() / ".cache" / "reelgraph"
    path.mkdir(parents=True, exist_ok=True)
    return path


def installed(name: str, build: Callable[[Path], None]) -> Path:
    """Return the folder of something installed; `build(folder)` fills it the first time.

    Whole or not at all, and once only when several processes ask together. Everybody may read
    the result.
    """
    target = cache_dir() / name
    with locked(cache_dir() / f"{name}.lock"):
        if not target.exists():
            unfinished = cache_dir() / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            build(unfinished)
            _make_readable(unfinished)
            unfinished.rename(target)
    return target


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock among processes."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make_readable(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        mode = path.stat().st_mode
        path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
