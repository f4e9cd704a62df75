"""The passes of normalisation, one a file."""
