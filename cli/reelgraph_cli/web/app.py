"""Wire the web client's server: built files, one page for every route, its configuration."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from reelgraph_cli.web.settings import WebSettings
from reelgraph_kit.asgi import ASGIApp, HealthMiddleware
from reelgraph_kit.host import HostMiddleware

NOT_BUILT = "The web client is not built. Run `make pages`, then start again."
_NO_STORE = {"Cache-Control": "no-store"}


def create_app(settings: WebSettings) -> ASGIApp:
    """Build the ASGI app: ``/config.json`` tells the client where the router is."""
    index = settings.pages_dir / "index.html"

    async def config(_: Request) -> Response:
        return JSONResponse({"graphqlUrl": f"{settings.router_url}/graphql"}, headers=_NO_STORE)

    async def page(request: Request, problem: Exception) -> Response:
        status = problem.status_code if isinstance(problem, HTTPException) else 500
        is_route = request.method in ("GET", "HEAD") and not request.url.path.startswith("/assets/")
        if status != 404 or not is_route:
            return PlainTextResponse("This cannot be answered.\n", status_code=status)
        if not index.is_file():
            return PlainTextResponse(NOT_BUILT + "\n", status_code=503)
        # A path of the client's own router is no file: it gets the page.
        return FileResponse(index, headers=_NO_STORE)

    async def pages_are_built() -> None:
        if not index.is_file():
            raise FileNotFoundError(NOT_BUILT)

    pages = StaticFiles(directory=settings.pages_dir, html=True, check_dir=False)
    app = Starlette(
        routes=[Route("/config.json", config), Mount("/", pages)],
        exception_handlers={HTTPException: page},
    )
    return HostMiddleware(HealthMiddleware(app, {"pages": pages_are_built}))
