"""Answers of Bluesky and Mastodon of which one part is anything: nothing breaks, and every record is accounted for."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from pipeline.store import Workspace, now
from tests.mutations import mutated
from tests.servers import bluesky, mastodon
from tests.test_networks import collected, rows

TURNS = 12
RECENT = now().replace(microsecond=0) - timedelta(days=2)


def bluesky_answers(world: bluesky.World) -> Iterator[Any]:
    """Fill a world with a thread and a quote, and yield what it answers to a search, for a feed, a thread, posts."""
    root = world.say("1", "ann.bsky.social", "Tamrow built our kitchen", RECENT)
    ours = world.say("2", bluesky.OURS, "It was a joy", RECENT, parent=root)
    world.say("3", "ann.bsky.social", f"thank you @{bluesky.OURS}", RECENT, parent=ours)
    quote = {"$type": "app.bsky.embed.record", "record": {"uri": ours, "cid": "c"}}
    world.say("4", "bob.bsky.social", "Tamrow, look", RECENT, embed=quote)
    yield {"posts": world.shown()}
    yield {"feed": [world.item(post) for post in world.shown()]}
    yield {"thread": world.tree(root)}


def mastodon_answers(world: mastodon.World) -> Iterator[Any]:
    """Fill a world with a thread and a quote, and yield what it answers for notifications, a timeline, a context."""
    root = world.say("ann@orchard.example", "Tamrow built it", RECENT, mentions=(mastodon.NAME,))
    ours = world.say(mastodon.NAME, "It was a joy", RECENT, parent=root)
    quote = {"quoted_status": world.statuses[ours]}
    world.say("bob@orchard.example", "look", RECENT, parent=ours, mentions=(mastodon.NAME,), quote=quote)
    yield [{**each, "status": world.statuses[each["status"]]} for each in world.told]
    yield world.newest()
    yield {"ancestors": [world.statuses[root]], "descendants": [world.statuses[ours]]}
    yield world.account(mastodon.NAME)


@pytest.mark.parametrize(("module", "answers"), [(bluesky, bluesky_answers), (mastodon, mastodon_answers)])
def test_an_answer_with_anything_in_it_is_never_a_crash(
    module: Any, answers: Any, workspace: Workspace, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
):
    world, rng = module.World(httpserver, RECENT), random.Random(20261124)
    for name, value in world.secrets.items():
        monkeypatch.setenv(name, value)
    possible = list(answers(world))
    tallies = []
    for _ in range(TURNS):
        world.fail(after=rng.randrange(6), status=200, body=mutated(rng.choice(possible), rng))
        tallies += collected(workspace, world, "overlap_minutes = 9999\n")
    assert any(tally.error for tally in tallies)
    assert rows(workspace, "select count(distinct touch_id) >= 3 from touch") == [(True,)]
    assert not rows(workspace, "select 1 from touch where touch_id not like '%:%' or happened_at > now()")
