"""Steering: which appliances serve a client, in which order, and why the others do not.

Pure: values in, values out; clocks and stores stay outside. Reads top-down from `steer.py`.
"""
