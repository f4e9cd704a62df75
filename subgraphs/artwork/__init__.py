"""The artwork domain graph service."""
