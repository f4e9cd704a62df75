"""Keeping indexes true: the ledger of what to do, the work itself, changes and rebuilds."""
