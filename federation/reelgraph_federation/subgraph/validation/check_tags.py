"""Names of tags are made of letters, digits, ``_``, ``-`` and ``/``.

They begin with a letter or ``_`` and have up to 128 characters. https://specs.apollo.dev/tag/v0.3
"""

from __future__ import annotations

import re

from ..schema import SubgraphSchema
from .elements import directive_uses

_NAME = re.compile(r"[_A-Za-z][_\-/0-9A-Za-z]{0,127}")


def check_tags(schema: SubgraphSchema) -> None:
    """Report tags with names that contracts cannot select."""
    for _, coordinate, directives in directive_uses(schema):
        for directive in directives:
            name = directive.text("name") if directive.spec == "tag" else None
            if name is not None and not _NAME.fullmatch(name):
                shown = name if len(name) < 60 else f"{name[:57]}..."
                message = f'the tag "{shown}" on "{coordinate}" is no name of a tag'
                schema.report("INVALID_TAG_NAME", message, coordinate, directive.at)
