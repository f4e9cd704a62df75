"""What every process needs and no domain: settings, logging, ports and their adapters."""
