"""The port to a payment processor, and its embedded simulator."""
