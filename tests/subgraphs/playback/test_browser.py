"""A page in Chromium plays a title from an appliance, and seeks in it."""

from __future__ import annotations

import os
import shutil
import socket
from typing import Any

import pytest
from playwright.async_api import async_playwright
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

pytestmark = pytest.mark.browser

START = """
mutation {
  startPlayback(titleId: "7th-heaven-1927") { ... on PlaybackSession { urls { url } } }
}
"""
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]

PLAY_AND_SEEK = """
async ([url]) => {
  const video = document.createElement("video");
  const happened = (name) => new Promise((resolve, reject) => {
    video.addEventListener(name, resolve, { once: true });
    video.addEventListener("error", () => reject(new Error(video.error.message)));
  });
  video.muted = true;
  video.crossOrigin = "anonymous";
  document.body.append(video);
  const loaded = happened("loadeddata");
  video.src = url;
  await loaded;
  const played = happened("timeupdate");
  await video.play();
  await played;
  video.pause();
  const seeked = happened("seeked");
  video.currentTime = 25;
  await seeked;
  // Reading pixels works only when the appliance's CORS headers let the page.
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  const row = Math.floor(video.videoHeight * (1 - 2.5 / 60));
  const bright = (share) => context.getImageData(video.videoWidth * share, row, 1, 1).data[0];
  return {
    width: video.videoWidth, height: video.videoHeight, duration: video.duration,
    time: video.currentTime, left: bright(0.5), right: bright(0.95),
  };
}
"""


async def play_in_chromium(page_url: str, video_url: str) -> dict[str, float]:
    """Open a page in Chromium and return what it saw of the video."""
    executable = os.environ.get("REELGRAPH_CHROMIUM") or shutil.which("chromium")
    assert executable, "Chromium is not installed; set REELGRAPH_CHROMIUM to its path"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        page = await browser.new_page()
        await page.goto(page_url)
        seen: dict[str, float] = await page.evaluate(PLAY_AND_SEEK, [video_url])
        await browser.close()
    return seen


async def test_a_video_element_plays_and_seeks(
    service: Any, listener: socket.socket, serve: Any
) -> None:
    host, port = listener.getsockname()
    appliance = service.appliance("oca-1", public_url=f"http://{host}:{port}")
    await appliance.reporter.report_once()
    started = (await service.as_demo().execute(START)).data["startPlayback"]
    # The page is of another origin, as the web client's is.
    page = Starlette(routes=[Route("/", lambda request: HTMLResponse("<title>play</title>"))])

    with socket.create_server(("127.0.0.1", 0)) as page_listener:
        async with (
            serve(appliance.app, listener, lifespan="off"),
            serve(page, page_listener) as page_url,
        ):
            seen = await play_in_chromium(page_url, started["urls"][0]["url"])

    assert (seen["width"], seen["height"], seen["duration"]) == (854, 480, 30)
    assert seen["time"] == 25
    # At 25 of 30 seconds the bar has passed the middle and not reached the end.
    assert seen["left"] > 180 > seen["right"]
