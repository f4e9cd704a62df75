"""From a compiled template to the configuration of an index, the same for every engine."""
