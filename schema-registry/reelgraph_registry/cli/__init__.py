"""The registry's part of the `reelgraph` command line.

Importing a command's module must stay cheap: what is heavy is imported where it is used.
"""
