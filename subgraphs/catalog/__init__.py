"""The catalog domain graph service."""
