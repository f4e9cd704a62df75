"""How the router reaches subgraphs: the port and its adapters."""
