"""Python's garbage collector, set for a process that makes many short-lived trees.

An answer is thousands of small objects without cycles, which reference counting frees at once. With the
default thresholds the collector would search all of them, and the whole supergraph, several times a
request.
"""

from __future__ import annotations

import gc

YOUNG_OBJECTS = 50_000
GENERATIONS = (20, 50)


def settle() -> None:
    """Take what is there now, such as a supergraph, out of the collector's rounds."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *GENERATIONS)


def take_out_garbage() -> None:
    """Free what stands in circles, such as the types of compiled operations that were let go of.

    The collector's own rounds would come to old objects only after minutes.
    """
    gc.collect()
