"""What billing does: subscribe, charge, reconcile, renew, cancel."""
