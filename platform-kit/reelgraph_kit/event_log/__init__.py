"""The event log: what one service tells all the others, in order per key, at least once.

The port is in `port`, the adapters beside it; `open_event_log(url)` chooses one.
"""

from reelgraph_kit.event_log.consume import consume
from reelgraph_kit.event_log.open import open_event_log
from reelgraph_kit.event_log.port import (
    Consumer,
    Event,
    EventLog,
    EventLogError,
    LostOwnership,
    NewEvent,
)

__all__ = [
    "Consumer",
    "Event",
    "EventLog",
    "EventLogError",
    "LostOwnership",
    "NewEvent",
    "consume",
    "open_event_log",
]
