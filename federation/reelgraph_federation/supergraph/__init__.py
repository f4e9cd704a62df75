"""Supergraphs: their model, reading and printing them, and the schema that clients see."""

from reelgraph_federation.supergraph.model import Supergraph

__all__ = ["Supergraph"]
