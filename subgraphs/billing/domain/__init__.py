"""Billing's rules: money, months, periods, ledger lines. No I/O."""
