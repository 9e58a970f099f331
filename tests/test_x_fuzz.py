"""Whatever form an answer of X has, it becomes a page whose records are all accounted for, or an error in words."""

import copy
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug.datastructures import MultiDict

from pipeline.rows import touch_table
from pipeline.source_settings import XSource
from pipeline.sources.network import SourceError, outcome
from pipeline.sources.x_pages import Reading, to_page
from pipeline.sources.x_posts import to_touch
from pipeline.touch import Brand, Mapped
from tests.servers import x

BRAND = Brand("tamrow", "Tamrow Design-Build", ("tamrowbuild",), ("Tamrow",))
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.text(max_size=5),
    st.sampled_from(["1", "\ud800", "0000-00-00", "9999-12-31T23:59:59Z", "@tamrowbuild"]),
    st.just([]),
    st.just({}),
    st.just([{"id": ["1"]}]),
    st.just([None]),
)


@pytest.fixture(scope="module")
def answer(make_httpserver: HTTPServer) -> dict[str, Any]:
    """An answer with threads, edits, references, authors and partial errors."""
    world = x.World(make_httpserver, datetime(2026, 3, 2, 9))
    said = world.fill(9)
    world.edit(said[0].id)
    world.delete(said[1].id)
    fields = "author_id,conversation_id,created_at,entities,in_reply_to_user_id,note_tweet,referenced_tweets"
    expansions = "author_id,referenced_tweets.id"
    args = MultiDict({"max_results": "50", "tweet.fields": fields, "expansions": expansions})
    found = world.listed(type("Asked", (), {"args": args})(), list(world.posts.values()), 99)
    return found | {"errors": found["errors"] * 2}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value within a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inside for place in places(each, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    """Return a value with another at the end of a path."""
    if not path:
        return other
    whole = copy.copy(value)
    whole[path[0]] = changed(value[path[0]], path[1:], other)
    return whole


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_form_of_an_answer_ends_a_run_without_words(answer: dict[str, Any], data: st.DataObject):
    for _ in range(data.draw(st.integers(1, 3))):
        answer = changed(answer, data.draw(st.sampled_from(places(answer)[1:])), data.draw(ODD))
    reading = Reading(XSource(type="x", brand="tamrow"), "a search", 0.005, names=BRAND.names())
    try:
        page = to_page(answer, reading, {})
    except SourceError as error:
        assert "is not its documented JSON" in str(error)
        return
    found = [outcome(record, BRAND, to_touch) for record in page.records]
    assert len(found) == len(page.records) and page.cost >= 0
    touch_table([each for each in found if isinstance(each, Mapped)])
