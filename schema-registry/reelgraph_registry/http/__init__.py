"""The registry over HTTP: plain endpoints for machines that poll, GraphQL for everything else."""
