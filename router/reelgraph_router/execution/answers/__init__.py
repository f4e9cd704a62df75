"""What subgraphs answered: read as JSON and GraphQL, and the faults found, by the values they concern."""
