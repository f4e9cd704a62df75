"""GraphQL over HTTP: everything between the socket and the pipeline."""
