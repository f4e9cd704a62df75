"""The reference interpreter: it goes by the plan for every request, and knows every case.

Nulls where none may be, values of a wrong shape, failed requirements, errors and their paths: all is
handled here, and about usual data it says what the faster ways say. It never gives up.
"""
