"""A federation router: any Federation 2 supergraph in, correct answers out."""
