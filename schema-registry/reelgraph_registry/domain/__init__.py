"""What the registry is about: versions, the pointer to the published one, checks, usage. Pure."""
