"""Composition: many subgraphs in, one supergraph or every problem out."""
