"""The comparisons of two schemas, one a file: each yields the changes of its own concern."""
