"""The quick way: answers decoded into typed records that are checked while they are parsed.

For plans without anything unusual each position of the merged tree becomes a record type whose fields
stand in the client's order. Decoding then checks types and nulls (GraphQL specification, 6.4.3) at the
speed of the parser, nothing is copied, and encoding the root gives the response. Data with anything
unusual are answered again by the ordinary way (`replay.py`), which knows nulls, errors and their paths.
"""
