"""Rules for a single subgraph, one a module."""
