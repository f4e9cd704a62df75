"""The filter language of a search: grammar, type check and one back end a file."""
