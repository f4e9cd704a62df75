"""What happens to a request, one stage a module."""
