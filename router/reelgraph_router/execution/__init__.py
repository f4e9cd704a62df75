"""Running a query plan: compiled once, then walked without interpretation."""
