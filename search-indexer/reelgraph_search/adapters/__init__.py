"""The engines behind the port of `reelgraph_search.ports`, one a file."""
