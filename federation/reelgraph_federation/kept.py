"""Results kept from one run to the next, by name, while what they were made from is the same."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Basis = TypeVar("Basis")
Result = TypeVar("Result")


@dataclass(slots=True)
class Kept(Generic[Basis, Result]):
    """Results by name, each with the object that it was made from, compared by identity.

    Such an object must not change after it was used here.
    """

    results: dict[str, tuple[Basis, Result]] = field(default_factory=dict)

    def get(self, name: str, basis: Basis, make: Callable[[Basis], Result]) -> Result:
        """Return the result kept for the same object, or make it and keep it."""
        known = self.results.get(name)
        if known is not None and known[0] is basis:
            return known[1]
        made = make(basis)
        self.results[name] = (basis, made)
        return made

    def forget_all_but(self, names: Collection[str]) -> None:
        """Forget the results of names that are gone."""
        for name in [name for name in self.results if name not in names]:
            del self.results[name]
