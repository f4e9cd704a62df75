"""What implements the registry's ports."""
