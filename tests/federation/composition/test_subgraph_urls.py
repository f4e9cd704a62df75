"""URLs of subgraphs that nobody could call, or that tell a password, are refused in one way everywhere."""

from __future__ import annotations

import pytest

from reelgraph_federation import Composer, Subgraph, compose
from reelgraph_federation.subgraph_urls import url_problem

PASSWORD = "hunter2"
USABLE = [
    "",
    "http://127.0.0.1:4001/graphql",
    "https://films.example/graphql?version=2#now",
    "HTTPS://Films.Example",
    "http://films",
    "http://films_1.internal.:80/",
    "http://[::1]:4001/graphql",
    "http://[::1]",
    "http://[2001:db8::7]/",
    "http://filme.münchen.example/",
    "http://host:/graphql",
    "http://host/with%20blank",
    "http://host/who@where",
]
UNUSABLE = {
    "http:///graphql": "no host",
    "http://:4001": "no host",
    "http://:4001/graphql": "no host",
    "http://": "no host",
    "https:/host/graphql": "does not begin",
    "http:host": "does not begin",
    "http://${HOST}/": "not replaced",
    "http://host:${PORT}/graphql": "not replaced",
    "http://$HOST/": "no name and no address",
    "http://{host}/": "no name and no address",
    "http://host..example/": "no name and no address",
    "http://.example/": "no name and no address",
    f"http://{'a' * 64}.example/": "no name and no address",
    "http://host\\graphql": "no name and no address",
    "http://ho%20st/": "no name and no address",
    "http://host:port/": "its port",
    "http://host:0/": "its port",
    "http://host:65536/": "its port",
    "http://host:-1/": "its port",
    "http://host:80:90/": "its port",
    "http://[::1/": "IPv6",
    "http://[nothing]/": "IPv6",
    "http://[::1]x/": "no port",
    "http://x[::1]/": "no name",
    "http://::1/": "no host",
    "http://300.1.1.1/": "IPv4",
    "ftp://host/": "does not begin",
    "host/graphql": "does not begin",
    "host:4001/graphql": "does not begin",
    "//host/graphql": "does not begin",
    "/graphql": "does not begin",
    "htp://host": "does not begin",
    "None": "does not begin",
    " ": "space",
    "http://host /graphql": "space",
    "http://host/graph ql": "space",
    "http://host/graphql\n": "space",
    "http://ho\tst/": "space",
    "http://host/\0": "control",
    f"http://user:{PASSWORD}@host/": "password",
    f"https://user:{PASSWORD}@host:99999/": "password",
    f"http://:{PASSWORD}@host/": "password",
    f"http://{PASSWORD}@host/": "password",
    f"http://user:{PASSWORD}@/graphql": "password",
    f"http://user:{PASSWORD}@[::1/": "password",
    f"http://user:{PASSWORD}@host℀.example/": "password",
    "http://host℀.example/": "no name",
    f"ftp://user:{PASSWORD}@host/": "does not begin",
    f"user:{PASSWORD}@host/graphql": "does not begin",
    f"http://user:{PASSWORD} @host/": "space",
}


@pytest.mark.parametrize("url", USABLE)
def test_urls_that_can_be_called(url: str) -> None:
    assert url_problem(url) is None
    assert compose([Subgraph("a", url, "type Query { x: Int }")]).ok


@pytest.mark.parametrize(("url", "reason"), UNUSABLE.items())
def test_urls_that_cannot(url: str, reason: str) -> None:
    problem = url_problem(url)
    assert problem is not None
    assert reason in problem
    result = compose([Subgraph("films", url, "type Query { x: Int }")])
    assert not result.ok
    (error,) = result.errors
    assert error.code == "INVALID_SUBGRAPH_URL"
    assert '"films"' in error.message
    assert error.remedy
    assert PASSWORD not in f"{problem} {error} {error!r}"


def test_all_problems_come_in_one_run() -> None:
    bad = Subgraph("a", "http:///graphql", "type Query { x: Int y: Missing }")
    codes = [error.code for error in compose([bad]).errors]
    assert codes == ["INVALID_GRAPHQL", "INVALID_SUBGRAPH_URL"]


def test_a_composer_that_is_told_the_right_url_goes_on() -> None:
    composer = Composer()
    text = "type Query { x: Int }"
    assert not composer.compose([Subgraph("a", "http://:4001", text)]).ok
    assert composer.compose([Subgraph("a", "http://host:4001", text)]).ok
