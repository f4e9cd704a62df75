"""The README's first queries have the answers that are printed below them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.end_to_end

README = (Path(__file__).parents[2] / "README.md").read_text()
PAIRS = re.findall(r"```graphql\n(.*?)```\s+```json\n(.*?)```", README, flags=re.DOTALL)


def test_there_are_five_queries():
    assert len(PAIRS) == 5


def test_graphiql_begins_with_the_first():
    first = Path(__file__).parents[2] / "subgraphs" / "first_query.graphql"
    assert first.read_text() == PAIRS[0][0]


def test_each_answer_is_as_printed(evening):
    """Run in the README's order: signing in comes before what needs it."""
    assert PAIRS
    headers: dict[str, str] = {}
    for query, printed in PAIRS:
        answer = httpx.post(
            evening.url(0, "/graphql"), json={"query": query}, headers=headers, timeout=60
        ).json()
        token = answer.get("data", {}).get("signIn", {}).get("accessToken")
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
            answer["data"]["signIn"]["accessToken"] = "eyJ…"
        assert answer == json.loads(printed), query
