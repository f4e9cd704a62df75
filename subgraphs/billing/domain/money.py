"""Amounts of money, exact."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

# ISO 4217: how many decimals a currency's minor unit has.
_DECIMALS = {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0}


@dataclass(frozen=True, slots=True)
class Amount:
    """A whole number of minor units (cents) of one currency (ISO 4217 code)."""

    minor: int
    currency: str

    def as_decimal(self) -> Decimal:
        """Return the amount in major units, with the currency's own number of decimals.

        Raises ValueError on a currency that has no entry here.
        """
        if self.currency not in _DECIMALS:
            raise ValueError(f"currency {self.currency!r} is not one of {sorted(_DECIMALS)}")
        return Decimal(self.minor).scaleb(-_DECIMALS[self.currency])
