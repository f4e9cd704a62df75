"""Supergraphs: their model, reading and printing them, and the schema that clients see."""

from reelgraph_federation.supergraph.links import InvalidSupergraphError
from reelgraph_federation.supergraph.model import Supergraph
from reelgraph_federation.supergraph.parse_sdl import parse_supergraph

__all__ = ["InvalidSupergraphError", "Supergraph", "parse_supergraph"]
