"""Print a version's part of CHANGELOG.md: `python scripts/release_notes.py VERSION`.

A development version gets what stands under "Unreleased"; a release without a part of its own is
refused, for nobody has written its notes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"
_HEADING = re.compile(r"^## (?P<title>.+)$", re.MULTILINE)


def notes(changelog: str, version: str) -> str:
    """Return the text under a version's heading; raises KeyError where there is none."""
    title = "Unreleased" if ".dev" in version else version
    headings = list(_HEADING.finditer(changelog))
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        if heading["title"].split(" ")[0] == title:
            end = following.start() if following else len(changelog)
            return f"# reelgraph {version}\n\n{changelog[heading.end() : end].strip()}\n"
    raise KeyError(title)


def main(version: str) -> int:
    """Print the notes; returns the exit code."""
    try:
        print(notes(CHANGELOG.read_text(), version), end="")
    except KeyError as missing:
        print(f"CHANGELOG.md has no part '## {missing.args[0]}'. Write it first.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
