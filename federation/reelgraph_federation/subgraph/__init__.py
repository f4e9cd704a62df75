"""One subgraph: reading, upgrading and validating its SDL."""
