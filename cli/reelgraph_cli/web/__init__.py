"""Serve the built web client as static files, with the address of the router it talks to."""
