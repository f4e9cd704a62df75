"""Generated code over the merged tree: it finds entities, makes representations and the response.

It is written for data of the planned shape. Whatever else it meets it leaves to the interpreter, piece
by piece: objects at a place, a representation, or the whole response.
"""
