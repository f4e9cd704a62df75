"""The fast path: answers decoded into typed records that are checked while they are parsed.

For plans without anything unusual each position of the merged tree becomes a record type whose fields
stand in the client's order. Decoding then checks types and nulls (GraphQL specification, 6.4.3) at the
speed of the parser, nothing is copied, and encoding the root gives the response. At data that are not
as planned it bails out: an execution over the merged tree answers from the beginning, with what has
arrived already (`replay.py`), since it knows nulls, errors and their paths.
"""
