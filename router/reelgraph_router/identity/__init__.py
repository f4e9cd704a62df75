"""Who calls the router, and how subgraphs are told."""
