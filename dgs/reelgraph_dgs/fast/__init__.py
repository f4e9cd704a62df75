"""Answers of plain attributes without graphql-core's steps for each field.

Where a selection asks objects for nothing but attributes (no resolver, no argument, no permission,
no field extension), most of what an executor does for each field of each object is known before:
the field, its type, that nothing will be awaited. `read_objects` writes a Python function for such
a selection, once for a document; `executor` uses it where graphql-core would complete an object, a
list or a field.

The function gives up at the first thing that is not ordinary (a null where none may be, a value
that must be coerced and cannot, an awaitable, an attribute that raises), and graphql-core completes
that object, list or field as always. So answers and errors are graphql-core's own in every case;
tests/dgs/test_fast.py compares both on generated schemas, documents and objects. An attribute that
is computed may be read twice, when it, or something beside it, gives up.
"""
