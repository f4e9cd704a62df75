"""Supergraphs: their model, reading and printing them, and the schema that clients see."""

from reelgraph_federation.supergraph.parse_sdl import parse_supergraph
from reelgraph_federation.supergraph.reading_problems import InvalidSupergraphError
from reelgraph_federation.supergraph.supergraph import Supergraph

__all__ = ["InvalidSupergraphError", "Supergraph", "parse_supergraph"]
