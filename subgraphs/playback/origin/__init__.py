"""The origin: where an asset's files come from when no appliance holds them yet."""
