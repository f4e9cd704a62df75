"""A search indexer: a GraphQL query template becomes a fresh search index."""
