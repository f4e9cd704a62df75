"""An appliance simulator: a process that really serves files to clients near it.

It verifies signed URLs offline, keeps a bounded cache on disk, fills it from the origin, and
reports to the control plane, without which it stops serving.
"""
