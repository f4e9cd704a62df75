"""The member domain graph service."""
