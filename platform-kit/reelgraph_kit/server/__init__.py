"""The server's own bounds: what a client may make a process hold, and for how long.

uvicorn bounds neither heads nor trailers, nor how long a client may take to send a request or to read
an answer, nor the number of connections. Every service is served through these protocols.
"""
