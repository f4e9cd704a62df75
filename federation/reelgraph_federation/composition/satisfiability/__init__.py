"""The proof that every query of the merged schema can be answered by the subgraphs."""

from .prove import check_satisfiability

__all__ = ["check_satisfiability"]
