"""The billing domain graph service."""
