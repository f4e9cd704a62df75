"""`GET /images/{title}/{variant}-{shape}.svg`: draw what the signed URL says."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from subgraphs.artwork.drawing.render import DESIGN_VERSION, SIZES, Subject, render
from subgraphs.artwork.drawing.themes import variants_of
from subgraphs.artwork.image_urls import BadImageUrl, ImageUrls

_CACHED_IMAGES = 512
_HEADERS = {
    # The URL changes with everything that changes the picture.
    "Cache-Control": "public, max-age=31536000, immutable",
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def image_route(urls: ImageUrls) -> Route:
    """Make the route that serves the images of `urls`."""

    async def serve(request: Request) -> Response:
        file = request.path_params["file"]
        name, _, shape = file.removesuffix(".svg").rpartition("-")
        query = request.query_params
        try:
            subject = urls.read(
                request.path_params["title_id"], query.get("d", ""), query.get("s", "")
            )
            drawn = _drawn(subject, name, shape)
        except (BadImageUrl, UnicodeError):
            return PlainTextResponse("There is no such image.", 404)
        if not file.endswith(".svg") or drawn is None:
            return PlainTextResponse("There is no such image.", 404)
        body, etag = drawn
        headers = {**_HEADERS, "ETag": etag}
        if etag in _listed(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="image/svg+xml", headers=headers)

    return Route("/images/{title_id:path}/{file}", serve, methods=["GET"])


@lru_cache(maxsize=_CACHED_IMAGES)
def _drawn(subject: Subject, variant_name: str, shape: str) -> tuple[bytes, str] | None:
    """Return the picture and its entity tag; None if the title has no such variant or shape."""
    variants = {variant.name: variant for variant in variants_of(subject.title_id, subject.genres)}
    variant = variants.get(variant_name)
    if variant is None or shape not in SIZES:
        return None
    body = render(subject, variant, shape).encode()
    return body, f'"{DESIGN_VERSION}-{blake2b(body, digest_size=12).hexdigest()}"'


def _listed(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
