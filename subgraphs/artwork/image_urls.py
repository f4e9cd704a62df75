"""URLs that hold everything an image is drawn from, signed so that nobody can put words in it."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import secrets
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, urlencode

from subgraphs.artwork.drawing.render import DESIGN_VERSION, Subject

MAX_NAME = 300
MAX_GENRES = 8
_MAX_GENRE = 60
_MAX_DATA = 4096
_SIGNATURE_BYTES = 16


class BadImageUrl(ValueError):
    """Nobody was given this URL."""


class ImageUrls:
    """Makes and reads the URLs of images."""

    def __init__(self, base_url: str, key: bytes) -> None:
        self._base = base_url.rstrip("/")
        self._key = key

    def url(self, subject: Subject, variant: str, shape: str) -> str:
        """Return the address of a picture; the same picture always has the same one."""
        data = _encode(
            json.dumps(
                [subject.name, subject.year, list(subject.genres)],
                ensure_ascii=False,
                separators=(",", ":"),
            ).encode()
        )
        query = urlencode(
            {"d": data, "s": self._signature(subject.title_id, data), "v": DESIGN_VERSION}
        )
        path = f"/images/{quote(subject.title_id, safe='')}/{quote(variant)}-{shape}.svg"
        return f"{self._base}{path}?{query}"

    def read(self, title_id: str, data: str, signature: str) -> Subject:
        """Return what is to be drawn; raises `BadImageUrl` unless this service made the URL."""
        expected = self._signature(title_id, data)
        if len(data) > _MAX_DATA or not hmac.compare_digest(expected.encode(), signature.encode()):
            raise BadImageUrl("no such image")
        try:
            name, year, genres = json.loads(base64.urlsafe_b64decode(data + "=="))
        except (ValueError, binascii.Error) as error:
            raise BadImageUrl("no such image") from error
        return Subject(title_id, name, year, tuple(genres))

    def _signature(self, title_id: str, data: str) -> str:
        message = f"{title_id}\n{data}".encode(errors="surrogatepass")
        return _encode(hmac.digest(self._key, message, sha256)[:_SIGNATURE_BYTES])


def make_subject(title_id: str, name: str, year: int, genres: list[str]) -> Subject:
    """Take from a title what a picture shows, cut to a bounded size."""
    kept = tuple(genre[:_MAX_GENRE] for genre in genres[:MAX_GENRES])
    return Subject(title_id, name[:MAX_NAME], year, kept)


def read_or_make_key(path: Path) -> bytes:
    """Return the secret in a file, made with mode 0600 when it is missing.

    Raises `ValueError` for a file that is too short to be one, and `OSError`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make_key(path)
    key = path.read_bytes()
    if len(key) < 32:
        raise ValueError(f"{path} has {len(key)} bytes: a secret needs 32. Remove the file.")
    return key


def _make_key(path: Path) -> None:
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(32))
    try:
        # Of two processes that start at once, the first one's secret stays.
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
