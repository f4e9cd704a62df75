"""Passes over drafted fetches, one a file."""
