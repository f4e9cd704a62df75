"""`reelgraph data`: fill the streaming service with data."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click


@click.group()
def data() -> None:
    """Make up data for the streaming service."""


@data.command()
@click.option(
    "--titles",
    type=click.IntRange(1, 10_000_000),
    required=True,
    help="How many titles the seed's catalogue shall have.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=1,
    show_default=True,
    help="Equal seeds give equal data; another seed gives other titles beside them.",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Data folder of `reelgraph up`; its catalogue is filled.  [default: .reelgraph]",
)
@click.option("--database-url", help="Fill the catalogue in this database (SQLAlchemy URL).")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write JSON Lines instead: titles to this file, people to <name>.people.jsonl.",
)
def generate(
    titles: int, seed: int, data_dir: Path | None, database_url: str | None, out: Path | None
) -> None:
    """Make up series, seasons, episodes, films, people, productions and availability windows.

    May be stopped and run again: it goes on where it stopped. A running stack hears of every
    new title through change events; one that does not run hears of them at its next start.
    """
    if sum(choice is not None for choice in (data_dir, database_url, out)) > 1:
        raise click.UsageError("Choose one of --data-dir, --database-url and --out.")
    # Imported here: `reelgraph --help` need not pay for NumPy and SQLAlchemy.
    from sqlalchemy.exc import SQLAlchemyError

    from subgraphs.data.load import run_load, write_files

    progress = _Progress(titles)
    try:
        if out is not None:
            people = write_files(out, seed, titles, progress)
            progress.finish(f"{titles:,} titles in {out}, their people in {people}")
            return
        url = database_url or _catalog_url(data_dir or Path(".reelgraph"))
        new = run_load(url, seed, titles, progress)
        progress.finish(f"{new:,} new titles; the seed's catalogue has {titles:,}")
    except KeyboardInterrupt:
        progress.finish("stopped; run the same command again to go on")
        raise SystemExit(130) from None
    except OSError as error:
        progress.finish("failed")
        raise click.ClickException(f"{error.filename or out}: {error.strerror}") from None
    except (SQLAlchemyError, ImportError) as error:
        progress.finish("failed")
        raise click.ClickException(f"The database cannot be used: {_first_line(error)}") from None


def _catalog_url(data_dir: Path) -> str:
    return f"sqlite+aiosqlite:///{data_dir.absolute() / 'catalog' / 'catalog.db'}"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


class _Progress:
    """Says on stderr how far the work is: in place on a terminal, else every five seconds."""

    def __init__(self, titles: int) -> None:
        self._titles = titles
        self._started = self._said = time.monotonic()
        self._first: int | None = None
        self._in_place = sys.stderr.isatty()

    def __call__(self, done: int) -> None:
        if self._first is None:
            self._first = done
        now = time.monotonic()
        if now - self._said < (0.2 if self._in_place else 5.0):
            return
        self._said = now
        rate = (done - self._first) / (now - self._started)
        text = f"{done:,} of {self._titles:,} titles, {rate:,.0f} a second"
        click.echo(f"\r{text}  " if self._in_place else text, err=True, nl=not self._in_place)

    def finish(self, text: str) -> None:
        """Say how it ended."""
        click.echo(f"\r{text}".ljust(60) if self._in_place else text, err=True)
