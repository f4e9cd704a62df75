"""The operations measured."""

FRAGMENTS = """
fragment U on User { id username name }
fragment R on Review { id body }
fragment P on Product { inStock name price shippingEstimate upc weight }
"""

QUERIES = {
    "light": "query Light { topProducts { upc name price weight } }",
    "join": "query Join { me { id username name reviews { id body } } }",
    "heavy": """query Heavy {
  users { ...U reviews { ...R product { ...P reviews { ...R author { ...U
    reviews { ...R product { ...P } } } } } } }
  topProducts { ...P reviews { ...R author { ...U reviews { ...R product { ...P } } } } }
}"""
    + FRAGMENTS,
    "heavy-distinct": """query HeavyDistinct {
  members { ...U birthday reviews { ...R product { ...P } } }
}"""
    + FRAGMENTS,
}
