"""The registry's own GraphQL API."""
