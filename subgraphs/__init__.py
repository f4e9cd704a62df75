"""The streaming service: six domain graph services built on reelgraph."""
