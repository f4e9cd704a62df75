"""From a definition's template to a compiled template: what to fetch, and what comes back."""
