"""May this profile play this title now, here, and until when?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class MaturityLevel(Enum):
    """Who a title is made for, from everyone up; the order of definition is the order of age."""

    ALL = 0
    SEVEN = 7
    THIRTEEN = 13
    SIXTEEN = 16
    EIGHTEEN = 18


class RefusalReason(Enum):
    """What the member, the title or the network lacks."""

    NO_SUBSCRIPTION = "NO_SUBSCRIPTION"
    PAYMENT_DUE = "PAYMENT_DUE"
    MATURITY = "MATURITY"
    UNKNOWN_TITLE = "UNKNOWN_TITLE"
    NOT_PLAYABLE = "NOT_PLAYABLE"
    NOT_IN_TERRITORY = "NOT_IN_TERRITORY"
    OUTSIDE_WINDOW = "OUTSIDE_WINDOW"
    NO_STREAM_FITS = "NO_STREAM_FITS"
    NO_APPLIANCE = "NO_APPLIANCE"


@dataclass(frozen=True, slots=True)
class Window:
    """When a title may be shown: `[starts_at, ends_at)`, an open end being None.

    `country` is an ISO 3166-1 alpha-2 code, None for everywhere.
    """

    country: str | None
    starts_at: datetime
    ends_at: datetime | None

    def covers(self, country: str | None) -> bool:
        """Tell whether the window is for `country` or for everywhere."""
        return self.country in {None, country}

    def holds(self, now: datetime) -> bool:
        """Tell whether `now` lies inside."""
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class TitleFacts:
    """What the catalog says of a title."""

    id: str
    name: str
    kind: str
    maturity: MaturityLevel
    release_year: int | None
    runtime_minutes: int | None
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What the member service says: home country and each profile's maturity limit."""

    id: str
    country: str | None
    profiles: dict[str, MaturityLevel]


@dataclass(frozen=True, slots=True)
class BillingFacts:
    """What billing says: how far it is paid, and what the plan allows."""

    paid_through: datetime | None
    max_streams: int
    max_height: int


@dataclass(frozen=True, slots=True)
class Entitled:
    """The member may play; until when (None: as long as paid), and within which limits."""

    until: datetime
    max_streams: int
    max_height: int


@dataclass(frozen=True, slots=True)
class NotEntitledTo:
    """The member may not play."""

    reason: RefusalReason


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Nobody may play it now and here."""

    reason: RefusalReason


PLAYABLE_KINDS = frozenset({"MOVIE", "EPISODE"})


def judge_entitlement(
    title: TitleFacts,
    maturity: MaturityLevel,
    billing: BillingFacts | None,
    country: str | None,
    now: datetime,
) -> Entitled | NotEntitledTo | Unavailable:
    """Check in this order: the title, its territory and window, the profile's maturity, payment.

    The entitlement ends with the window or with what is paid, whichever comes first.
    """
    if title.kind not in PLAYABLE_KINDS:
        return Unavailable(RefusalReason.NOT_PLAYABLE)
    window = find_window(title.windows, country, now)
    if isinstance(window, RefusalReason):
        return Unavailable(window)
    if title.maturity.value > maturity.value:
        return NotEntitledTo(RefusalReason.MATURITY)
    if billing is None or billing.paid_through is None:
        return NotEntitledTo(RefusalReason.NO_SUBSCRIPTION)
    if billing.paid_through <= now:
        return NotEntitledTo(RefusalReason.PAYMENT_DUE)
    until = min(billing.paid_through, window.ends_at or billing.paid_through)
    return Entitled(until, billing.max_streams, billing.max_height)


def find_window(
    windows: Sequence[Window], country: str | None, now: datetime
) -> Window | RefusalReason:
    """Return the open window for `country` that ends last, or why there is none."""
    here = [each for each in windows if each.covers(country)]
    if not here:
        return RefusalReason.NOT_IN_TERRITORY
    open_now = [each for each in here if each.holds(now)]
    if not open_now:
        return RefusalReason.OUTSIDE_WINDOW
    return max(open_now, key=lambda each: (each.ends_at is None, each.ends_at or now))
