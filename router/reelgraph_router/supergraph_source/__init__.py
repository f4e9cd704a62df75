"""Where the supergraph comes from, and how a new one takes over."""
