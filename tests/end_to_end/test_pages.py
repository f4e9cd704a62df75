"""The pages in Chromium, against the whole stack: the client's evening, and GraphiQL."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

pytestmark = [pytest.mark.end_to_end, pytest.mark.browser]

expect.set_options(timeout=20_000)

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = os.environ.get("REELGRAPH_CHROMIUM") or shutil.which("chromium")
    assert executable, "Chromium is not installed; set REELGRAPH_CHROMIUM to its path"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a page of its own; with REELGRAPH_SCREENSHOTS set, keep a picture of how it ended."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.set_default_timeout(20_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    folder = os.environ.get("REELGRAPH_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{request.node.name}.png")
    context.close()
    assert problems == []


def sign_in(page: Page, address: str, profile: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("E-mail").fill("demo@reelgraph.example")
    page.get_by_label("Password").fill("one-evening")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=re.compile(profile)).click()
    expect(page).to_have_url(f"{address}/")


def adult_profile(page: Page, address: str) -> None:
    sign_in(page, address, "Robin")


def test_home_shows_rows_with_artwork(evening, page: Page):
    adult_profile(page, evening.url(3))
    rows = page.locator("section.row")
    expect(rows.first).to_be_visible()
    poster = rows.first.locator(".poster img").first
    expect(poster).to_be_visible()
    assert poster.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_search_follows_the_typing(evening, page: Page):
    page.goto(evening.url(3))
    box = page.get_by_role("searchbox")
    box.press_sequentially("nosf")
    expect(page.locator(".poster .name", has_text="Nosferatu").first).to_be_visible()
    box.fill("the general")
    expect(page.locator(".poster .name").first).to_have_text("The General")


def test_a_film_is_found_and_plays(evening, page: Page):
    adult_profile(page, evening.url(3))
    page.get_by_role("searchbox").press_sequentially("metropolis")
    page.locator(".poster", has_text="Metropolis").first.click()
    expect(page.get_by_role("heading", name="Metropolis")).to_be_visible()
    page.get_by_role("link", name="Play").click()
    video = page.locator("video")
    expect(video).to_be_visible()
    page.wait_for_function("document.querySelector('video').currentTime > 0.5")
    expect(page.get_by_test_id("appliance")).not_to_be_empty()
    seek = "video => { video.currentTime = video.duration / 2; }"
    video.evaluate(seek)
    page.wait_for_function(
        "(v => !v.seeking && v.currentTime >= v.duration / 2)(document.querySelector('video'))"
    )


def test_a_wrong_password_is_refused_in_words(evening, page: Page):
    page.goto(f"{evening.url(3)}/sign-in")
    page.get_by_label("E-mail").fill("demo@reelgraph.example")
    page.get_by_label("Password").fill("another-evening")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()


def test_graphiql_answers_and_shows_the_plan(evening, page: Page):
    refused: list[str] = []
    page.on(
        "request",
        lambda request: (
            refused.append(request.url)
            if not request.url.startswith((evening.url(0), "data:", "blob:"))
            else None
        ),
    )
    query = "{ title(id: %22x%22) { id } __typename }"
    page.goto(evening.url(0, f"/graphql?query={query}"))
    # The editor takes the query over once its language worker runs; before, nothing is sent.
    expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("__typename")
    page.get_by_role("button", name="Show Query plan").click()
    page.locator(".graphiql-execute-button").click()
    expect(page.locator(".result-window")).to_contain_text('"__typename": "Query"')
    expect(page.get_by_text('Fetch 0 (service: "catalog")')).to_be_visible()
    assert refused == [], "GraphiQL must work without internet"


def run_in_graphiql(page: Page) -> None:
    expect(page.locator(".graphiql-query-editor .view-lines")).not_to_be_empty()
    page.locator(".graphiql-execute-button").click()


def test_graphiql_begins_with_the_first_query_and_answers_as_the_readme_prints(evening, page: Page):
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    printed = re.findall(r"```json\n(.*?)```", readme, flags=re.DOTALL)[0]
    page.goto(evening.url(0, "/graphql"))
    expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("the-general-1926")
    page.locator(".graphiql-execute-button").click()
    result = page.locator(".result-window")
    expect(result).to_contain_text("Steamboat Bill, Jr.")
    expect(result).not_to_contain_text("queryPlan")
    expect(result).not_to_contain_text("extensions")
    shown = re.sub(r"\s", "", result.locator(".view-lines").inner_text())
    assert shown == re.sub(r"\s", "", printed)
    page.get_by_role("button", name="Show Query plan").click()
    expect(page.locator(".plan-text")).to_contain_text("catalog")


def test_nothing_that_is_typed_enters_the_address(evening, page: Page):
    query = "mutation($p: String!) { signIn(email: %22a%22, password: $p) { __typename } }"
    variables = '{"p": "one-evening"}'
    page.goto(evening.url(0, f"/graphql?query={query}&variables={variables}"))
    expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("signIn")
    expect(page).to_have_url(evening.url(0, "/graphql"))
    page.locator(".graphiql-query-editor .view-lines").click()
    page.keyboard.press("End")
    page.keyboard.type(" # one-evening")
    expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("one-evening")
    run_in_graphiql(page)
    expect(page.locator(".result-window")).to_contain_text("data")
    assert "one-evening" not in page.evaluate("location.href + document.referrer")


def test_graphiql_follows_a_subscription(evening, page: Page):
    query = "subscription { mostPopular(first: 3) { name popularity } }"
    page.goto(evening.url(0, f"/graphql?query={query}"))
    expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("mostPopular")
    page.locator(".graphiql-execute-button").click()
    expect(page.locator(".result-window")).to_contain_text('"mostPopular": [')


def test_graphiql_shows_what_is_deferred(evening, page: Page):
    query = "{ titles(first: 1) { edges { node { id ... @defer(label: %22later%22) { name } } } } }"
    page.goto(evening.url(0, f"/graphql?query={query}"))
    expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("later")
    page.get_by_role("button", name="Show Query plan").click()
    page.locator(".graphiql-execute-button").click()
    expect(page.locator(".result-window")).to_contain_text('"name": ')
    expect(page.get_by_text('Defer 0 (label: "later", path: "titles.edges.node")')).to_be_visible()
