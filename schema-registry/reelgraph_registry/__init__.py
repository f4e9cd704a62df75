"""A versioned schema registry with composition and breaking-change checks."""
