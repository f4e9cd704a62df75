"""What people and machines do with the registry, one use case a file."""
