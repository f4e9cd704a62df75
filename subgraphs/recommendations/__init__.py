"""The recommendations domain graph service."""
