"""Made-up data of any size, for load: the same seed always makes the same data."""
