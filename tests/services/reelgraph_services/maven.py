"""Get Java servers from Maven Central with Maven itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from reelgraph_services.cache import cache_dir, locked

_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"

_POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>reelgraph</groupId>
  <artifactId>services</artifactId>
  <version>1</version>
  <dependencies>
{dependencies}
  </dependencies>
</project>
"""


def fetch(coordinates: str) -> Path:
    """Download one artifact (`group:artifact:version:packaging`) and return its file."""
    group, artifact, version, packaging = coordinates.split(":")
    _maven(f"{_PLUGIN}:get", "-Dtransitive=false", f"-Dartifact={coordinates}")
    folder = _repository().joinpath(*group.split("."), artifact, version)
    return folder / f"{artifact}-{version}.{packaging}"


def copy_jars(coordinates: Sequence[str], target: Path) -> None:
    """Download artifacts (`group:artifact:version`) with what they need to run, into a folder."""
    rows = []
    for coordinate in coordinates:
        group, artifact, version = coordinate.split(":")
        rows.append(
            f"    <dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId>"
            f"<version>{version}</version></dependency>"
        )
    pom = target / "pom.xml"
    pom.write_text(_POM.format(dependencies="\n".join(rows)))
    _maven(
        f"{_PLUGIN}:copy-dependencies",
        "-f",
        str(pom),
        "-DincludeScope=runtime",
        f"-DoutputDirectory={target / 'lib'}",
    )


def java_home() -> Path:
    """Return the home of the Java on the path (17 or later)."""
    java = shutil.which("java")
    if java is None:
        raise RuntimeError("Java 17 or later is needed: apt-get install openjdk-17-jre-headless.")
    return Path(java).resolve().parent.parent


def _repository() -> Path:
    return cache_dir() / "maven"


def _maven(*arguments: str) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise RuntimeError("Maven is needed to download Java servers: apt-get install maven.")
    command = [maven, "-B", "-q", f"-Dmaven.repo.local={_repository()}", *arguments]
    # Maven insists on a home that can be written, even when it keeps nothing there.
    environment = {**os.environ, "HOME": os.environ.get("HOME") or str(cache_dir())}
    with locked(cache_dir() / "maven.lock"):
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=1800
        )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
