"""The search subgraph: searches, suggestions and statuses over the indexes."""
