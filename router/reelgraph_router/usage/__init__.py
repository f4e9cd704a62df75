"""Usage reports: what clients asked for, counted and told to the schema registry."""
