"""An execution over the merged tree: sends fetches, merges answers as JSON, and notes what failed.

Its places, representations and response come from generated code, else from the interpreter.
"""
