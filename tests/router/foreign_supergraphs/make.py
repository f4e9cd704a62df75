"""Write the supergraphs of other composers anew: `python tests/router/foreign_supergraphs/make.py`.

Installs the composers that composers/*/package-lock.json pin (Node.js is needed) and lets each
compose every set of subgraphs that it is new enough for.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
FEDERATION_1, FEDERATION_2 = (HERE / "composers" / f"federation-{one}" for one in (1, 2))
COMPOSERS = {
    "apollo-federation-0.25": (FEDERATION_1, "federation-0.25", 1.0),
    "apollo-federation-0.38": (FEDERATION_1, "federation-0.38", 1.0),
    "apollo-composition-2.0": (FEDERATION_2, "composition-2.0", 2.0),
    "apollo-composition-2.3": (FEDERATION_2, "composition-2.3", 2.3),
    "apollo-composition-2.5": (FEDERATION_2, "composition-2.5", 2.5),
    "apollo-composition-2.7": (FEDERATION_2, "composition-2.7", 2.7),
    "apollo-composition-2.9": (FEDERATION_2, "composition-2.9", 2.9),
    "apollo-composition-2.14": (FEDERATION_2, "composition-2.14", 2.14),
    "theguild-0.27": (FEDERATION_2, "@theguild/federation-composition", 2.9),
}
"""Name of the files → the folder, the package, and the newest federation it composes."""


def main() -> int:
    for folder in (FEDERATION_1, FEDERATION_2):
        command = ["npm", "ci", "--no-progress", "--loglevel=error", "--ignore-scripts"]
        subprocess.run([*command, "--legacy-peer-deps"], cwd=folder, check=True)
    failed = 0
    for path in sorted((HERE / "sets").glob("*.yaml")):
        given = yaml.safe_load(path.read_text())
        for name, (folder, package, newest) in COMPOSERS.items():
            if _version(newest) >= _version(given["since"]):
                failed += not _write(path.stem, name, folder, package, given)
    return 1 if failed else 0


def _version(number: float) -> tuple[int, ...]:
    return tuple(int(part) for part in str(number).split("."))


def _write(stem: str, name: str, folder: Path, package: str, given: dict[str, Any]) -> bool:
    subgraphs = [
        {"name": one, "url": f"http://{one}/graphql", "sdl": spec["sdl"]}
        for one, spec in given["subgraphs"].items()
    ]
    run = subprocess.run(
        ["node", "compose.mjs", package],
        cwd=folder, input=json.dumps({"subgraphs": subgraphs}), text=True, capture_output=True,
    )  # fmt: skip
    if run.returncode:
        print(f"{name} refuses {stem}:\n{run.stderr}", file=sys.stderr)
        return False
    target = HERE / "supergraphs" / stem / f"{name}.graphql"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(run.stdout)
    return True


if __name__ == "__main__":
    sys.exit(main())
