"""The states that billing's things go through."""

from __future__ import annotations

from enum import Enum


class PeriodStatus(Enum):
    """OPEN → INVOICED → PAID or PAST_DUE (→ PAID); VOID when the period never began."""

    OPEN = "OPEN"
    INVOICED = "INVOICED"
    PAID = "PAID"
    PAST_DUE = "PAST_DUE"
    VOID = "VOID"


class ChargeStatus(Enum):
    """PENDING → SUCCEEDED, DECLINED or UNKNOWN; UNKNOWN → SUCCEEDED or DECLINED, reconciled."""

    PENDING = "PENDING"
    UNKNOWN = "UNKNOWN"
    SUCCEEDED = "SUCCEEDED"
    DECLINED = "DECLINED"


UNSETTLED = (ChargeStatus.PENDING, ChargeStatus.UNKNOWN)


class AccountStatus(Enum):
    """Where a member stands: NONE until a first payment, CANCELLED until paid time has run out."""

    NONE = "NONE"
    ACTIVE = "ACTIVE"
    PAST_DUE = "PAST_DUE"
    CANCELLED = "CANCELLED"
    ENDED = "ENDED"


class ChargePurpose(Enum):
    """What a charge pays: a first period, or one that follows."""

    SUBSCRIBE = "SUBSCRIBE"
    RENEWAL = "RENEWAL"
