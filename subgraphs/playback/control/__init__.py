"""The control plane: what appliances report, and what they are told in return."""
