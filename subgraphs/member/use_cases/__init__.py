"""What member does: sign up, sign in, keep profiles."""
