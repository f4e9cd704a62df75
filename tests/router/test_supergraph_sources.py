"""Where supergraphs come from: files, lists of subgraphs, the registry."""

from __future__ import annotations

import asyncio

import pytest
import uvicorn
from serving import HELLO, hello_supergraph
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from reelgraph_kit.process import listen
from reelgraph_router.supergraph_source.file import FileSource
from reelgraph_router.supergraph_source.port import SourceError
from reelgraph_router.supergraph_source.registry import RegistrySource
from reelgraph_router.supergraph_source.subgraph_list import SubgraphListSource


async def following(documents):
    async with asyncio.timeout(60):
        return await anext(documents)


async def test_file(tmp_path):
    file = tmp_path / "s.graphql"
    with pytest.raises(SourceError, match=r"Cannot read the supergraph file .*s\.graphql"):
        await anext(FileSource(file).documents())
    file.write_text("one")
    documents = FileSource(file, 0.01).documents()
    first = await following(documents)
    file.write_text("two")
    second = await following(documents)
    assert (first.sdl, second.sdl) == ("one", "two")
    assert first.version != second.version


BAD_LISTS = {
    "no file": (None, "Cannot read the list"),
    "no YAML": ("[", "is not YAML"),
    "no list": ("a: 1", "must be a list"),
    "no name": ("- {url: x, schema: a.graphql}", "entry 1: name is missing"),
    "unknown key": ("- {name: a, url: x, schema: a.graphql, port: 1}", "unknown key port"),
    "no schema": ("- {name: a, url: x, schema: b.graphql}", r"cannot read the schema .*b\.graphql"),
    "no composition": ("- {name: a, url: 'http://x', schema: bad.graphql}", "do not compose"),
}


@pytest.mark.parametrize("name", BAD_LISTS)
async def test_bad_lists(name, tmp_path):
    text, message = BAD_LISTS[name]
    (tmp_path / "a.graphql").write_text(HELLO)
    (tmp_path / "bad.graphql").write_text("type Query { x: Missing }")
    if text is not None:
        (tmp_path / "list.yaml").write_text(text)
    with pytest.raises(SourceError, match=message):
        await anext(SubgraphListSource(tmp_path / "list.yaml").documents())


async def test_list_is_composed_again_when_a_schema_changes(tmp_path):
    schema = tmp_path / "a.graphql"
    schema.write_text("type Query { first: Int }")
    (tmp_path / "list.yaml").write_text("- {name: a, url: 'http://x/', schema: a.graphql}")
    documents = SubgraphListSource(tmp_path / "list.yaml", 0.01).documents()
    assert "first: Int" in (await following(documents)).sdl
    schema.write_text("type Query { second: Int }")
    assert "second: Int" in (await following(documents)).sdl


class Registry:
    """The registry's side of the agreement: ETags and long polls."""

    def __init__(self) -> None:
        self.sdl: str | None = None
        self.version = 0
        self.changed = asyncio.Condition()
        self.asked = 0
        self.port = 0

    async def publish(self, sdl: str) -> None:
        async with self.changed:
            self.sdl, self.version = sdl, self.version + 1
            self.changed.notify_all()

    async def answer(self, request: Request) -> Response:
        assert request.path_params == {"graph": "films", "variant": "test"}
        self.asked += 1
        known = request.headers.get("if-none-match")
        if "wait" in request.headers.get("prefer", ""):
            async with self.changed:
                await self.changed.wait_for(lambda: self.sdl and known != f'"{self.version}"')
        if self.sdl is None:
            return PlainTextResponse("none", 404)
        return PlainTextResponse(self.sdl, headers={"etag": f'"{self.version}"'})

    async def start(self, port: int = 0):
        path = "/v1/graphs/{graph}/variants/{variant}/supergraph.graphql"
        app = Starlette(routes=[Route(path, self.answer)])
        listener = listen("127.0.0.1", port)
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=0)
        server = uvicorn.Server(config)
        task = asyncio.ensure_future(server._serve(sockets=[listener]))

        async def stop() -> None:
            server.should_exit = True
            await task
            listener.close()

        return stop

    def source(self, folder) -> RegistrySource:
        return RegistrySource(f"http://127.0.0.1:{self.port}/", "films", "test", folder)


async def test_registry_is_followed(tmp_path):
    registry = Registry()
    stop = await registry.start()
    documents = registry.source(tmp_path).documents()
    waiting = asyncio.ensure_future(following(documents))
    await asyncio.sleep(0)
    await registry.publish("one")
    assert (await waiting).sdl == "one"
    waiting = asyncio.ensure_future(following(documents))
    await registry.publish("two")
    assert (await waiting).sdl == "two"
    await documents.aclose()
    assert registry.asked < 8, "polls are held, not repeated"
    await stop()


async def test_last_good_supergraph_is_served_while_the_registry_is_down(tmp_path):
    registry = Registry()
    stop = await registry.start()
    await registry.publish(hello_supergraph())
    source = registry.source(tmp_path)
    document = await following(source.documents())
    await source.keep(document)
    await stop()

    documents = registry.source(tmp_path).documents()
    kept = await following(documents)
    assert (kept.sdl, kept.version) == (document.sdl, document.version)
    waiting = asyncio.ensure_future(following(documents))
    await registry.publish("newer")
    stop = await registry.start(registry.port)
    assert (await waiting).sdl == "newer"
    await documents.aclose()
    await stop()
