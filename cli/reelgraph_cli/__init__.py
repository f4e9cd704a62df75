"""The `reelgraph` command."""
