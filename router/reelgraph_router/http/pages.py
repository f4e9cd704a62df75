"""GraphiQL for browsers: static files built from console/, served by the router itself.

Nothing is loaded from elsewhere, so the page works without internet.
"""

from __future__ import annotations

import asyncio
import html
from pathlib import Path

from reelgraph_kit.asgi import Receive, Scope, Send

FOLDER = Path(__file__).parent.parent / "pages" / "graphiql"
ASSETS_PATH = "/_graphiql/"

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; "
    "connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
SECURITY_HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]

NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>reelgraph router</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; }}</style>
<h1>GraphQL endpoint</h1>
<p>This is a GraphQL endpoint. It answers POST requests with a JSON body:</p>
<pre>curl -H 'content-type: application/json' -d '{{"query":"{{ __typename }}"}}' {url}</pre>
<p>GraphiQL, the page for writing queries, has not been built here. Build it with
<code>npm ci &amp;&amp; npm run build</code> in <code>console/</code>, then reload this page.</p>
</html>
"""


class GraphiqlPage:
    """Serves the page and its assets."""

    def __init__(self, first_query: Path | None = None, folder: Path = FOLDER) -> None:
        """Serve from `folder`; the file `first_query` holds what the first tab begins with."""
        self._folder = folder
        self._first_query = first_query
        self._files: object = None

    async def send_index(self, send: Send, url: str = "http://localhost:4000/graphql") -> None:
        """Send the page, or a plain one where it was not built."""
        try:
            body = await asyncio.to_thread(self._read_index)
        except OSError:
            body = NOT_BUILT.format(url=html.escape(url)).encode()
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-cache"),
            (b"vary", b"Accept"),
            *SECURITY_HEADERS,
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _read_index(self) -> bytes:
        page = (self._folder / "index.html").read_text(encoding="utf-8")
        if self._first_query is not None:
            query = html.escape(self._first_query.read_text(encoding="utf-8"))
            page = page.replace(
                "<head>", f'<head>\n    <meta name="first-query" content="{query}" />', 1
            )
        return page.encode()

    async def send_asset(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file below the page's folder."""
        from starlette.staticfiles import StaticFiles  # only browsers need it

        if self._files is None:
            self._files = StaticFiles(directory=self._folder, check_dir=False)
        assert isinstance(self._files, StaticFiles)
        inner = dict(scope)
        inner["path"] = "/" + scope["path"].removeprefix(ASSETS_PATH)
        inner["root_path"] = ""

        async def send_cached(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                given = message.get("headers")
                assert isinstance(given, list)
                # Names of built assets carry a digest of their content.
                given.append((b"cache-control", b"public, max-age=31536000, immutable"))
                given += SECURITY_HEADERS
            await send(message)

        await _serve(self._files, inner, receive, send_cached, send)


async def _serve(
    files: object, scope: Scope, receive: Receive, send_cached: object, send: Send
) -> None:
    from starlette.exceptions import HTTPException

    try:
        await files(scope, receive, send_cached)  # type: ignore[operator]
    except HTTPException as error:
        body = b"Not found"
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
        start = {"type": "http.response.start", "status": error.status_code, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": body})
