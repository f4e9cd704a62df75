"""JSON for machines."""

import json


def to_json(value: object) -> str:
    """Write a result as indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False)
