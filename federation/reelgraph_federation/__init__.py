"""Apollo Federation 2 in Python: composition, supergraphs, query planning, schema changes. Pure."""
