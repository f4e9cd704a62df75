"""What both writers of Python code need: positions, conditions, source text, and how code gives up."""
