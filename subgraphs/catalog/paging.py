"""Relay connections of titles, with cursors that stay right while the catalogue changes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable

import strawberry

from reelgraph_dgs.errors import BadRequest
from subgraphs.catalog.store import TitlePage

DEFAULT_FIRST = 20
MAX_FIRST = 500
_CURSOR_MARK = "title:"


def encode_cursor(title_id: str) -> str:
    """Make the cursor that stands behind a title.

    It names the title and no position, so titles that come and go before it change nothing.
    """
    return base64.urlsafe_b64encode(f"{_CURSOR_MARK}{title_id}".encode()).decode()


def decode_cursor(cursor: str) -> str:
    """Return the id in a cursor; raises `BadRequest` for what was never one."""
    try:
        text = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    if not text.startswith(_CURSOR_MARK):
        raise BadRequest("This is no cursor of a list of titles.", path="after")
    return text.removeprefix(_CURSOR_MARK)


def check_first(first: int) -> int:
    """Return the size of a page; raises `BadRequest` unless it is 1 to 500."""
    if not 1 <= first <= MAX_FIRST:
        raise BadRequest(f"first must be between 1 and {MAX_FIRST}, not {first}.", path="first")
    return first


def read_page_arguments(first: int, after: str | None) -> tuple[int, str | None]:
    """Check the arguments of a connection and return the size and the id to go on after."""
    return check_first(first), None if after is None else decode_cursor(after)


@strawberry.federation.type(shareable=True, description="Where a page stands in its list.")
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


def page_info(page: TitlePage, after: str | None) -> PageInfo:
    """Describe a page that was asked for with `after`."""
    cursors = [encode_cursor(title.id) for title in page.titles]
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=after is not None,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )


Count = Callable[[], Awaitable[int]]
"""Counts the whole list, only when a client asks."""
