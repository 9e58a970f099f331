"""What holds of every network source: real clients against local servers, through the runner, into a real store."""

from collections.abc import Callable, Mapping
from datetime import datetime

import pytest
from pytest_httpserver import HTTPServer

from pipeline import collect, settings
from pipeline.plan import Plan, read_plans
from pipeline.settings import Settings
from pipeline.sources.network import reason
from pipeline.sources.networks import NETWORKS
from pipeline.store import Workspace, connect
from pipeline.tally import Tally
from tests.servers import World, bluesky, hackernews, mastodon, reddit, rss, x

WORLDS: Mapping[str, Callable[[HTTPServer], World]] = {
    "bluesky": bluesky.World,
    "hackernews": hackernews.World,
    "mastodon": mastodon.World,
    "rss": rss.World,
    "reddit": reddit.World,
    "x": x.World,
}
BRAND = '[brand]\nkey = "tamrow"\nname = "Tamrow Design-Build"\nhandles = ["tamrowbuild"]\nterms = ["Tamrow"]\n\n'
OVERLAP = "overlap_minutes = 5000000\n"  # all is read again, so that edits of old messages are seen


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> World:
    made = WORLDS[request.param](httpserver)
    for name, value in made.secrets.items():
        monkeypatch.setenv(name, value)
    return made


def chosen(workspace: Workspace, world: World, more: str = "") -> Settings:
    workspace.folder.mkdir(parents=True, exist_ok=True)
    brand = BRAND.replace("tamrowbuild", getattr(world, "handle", "tamrowbuild"))
    (workspace.folder / "brand.toml").write_text(brand + world.toml + more)
    return settings.load(workspace.folder)


def collected(workspace: Workspace, world: World, more: str = "") -> list[Tally]:
    tallies = list(collect.collect(workspace, chosen(workspace, world, more)))
    for tally in tallies:
        others = tally.stored + tally.already + tally.changed + tally.gone + tally.not_about
        assert tally.read == others + sum(tally.rejected.values())
    return tallies


def stored(workspace: Workspace) -> list[tuple[str, str, datetime, str]]:
    with connect(workspace.mentions) as con:
        return con.execute("select touch_id, direction, happened_at, text from touch order by happened_at").fetchall()


def rows(workspace: Workspace, sql: str) -> list[tuple]:
    with connect(workspace.mentions) as con:
        return con.execute(sql).fetchall()


def test_every_network_has_a_world():
    assert set(WORLDS) == set(NETWORKS)


def test_all_that_was_said_is_stored_with_id_direction_time_and_words(workspace: Workspace, world: World):
    said = world.fill(7)
    for _ in range(2):
        assert not [tally.error for tally in collected(workspace, world) if tally.error]
    assert stored(workspace) == [(each.id, each.direction, each.at, each.text) for each in said]


def test_a_second_run_adds_nothing_and_a_third_only_what_is_new(workspace: Workspace, world: World):
    first = world.fill(4)
    assert sum(tally.stored for tally in collected(workspace, world)) == 4
    assert sum(tally.stored for tally in collected(workspace, world)) == 0
    second = world.fill(3)
    assert sum(tally.stored for tally in collected(workspace, world)) == 3
    assert [id for id, *_ in stored(workspace)] == [each.id for each in first + second]


def test_one_poisoned_record_is_one_reject_with_its_reason_and_the_rest_is_stored(workspace: Workspace, world: World):
    said = world.fill(3)
    world.poison()
    for _ in range(2):
        collected(workspace, world, OVERLAP)
    assert [id for id, *_ in stored(workspace)] == [each.id for each in said]
    ((reason, payload),) = rows(workspace, "select reason, payload from reject")
    assert reason and payload != "{}"


def test_an_edited_message_has_its_new_text_and_no_old_score(workspace: Workspace, world: World):
    said = world.fill(3)
    collected(workspace, world)
    with connect(workspace.mentions) as con:
        con.execute(
            "insert into score by name "
            "select touch_id, brand, 'm' as model, 0 as negative, 1 as neutral, 0 as positive, stored_at as scored_at "
            "from touch"
        )
    text = world.edit(said[1].id)
    tallies = collected(workspace, world, OVERLAP)
    assert sum(tally.changed + tally.removed for tally in tallies) == 1  # edited is new where it has a new id
    assert [row[3] for row in stored(workspace)] == [said[0].text, text, said[2].text]
    assert rows(workspace, "select count(*) from score") == [(2,)]
    assert rows(workspace, "select count(*) from raw") == [(3,)]


def test_a_deleted_message_is_removed_everywhere_and_stays_away(workspace: Workspace, world: World):
    said = world.fill(3)
    collected(workspace, world)
    if not world.delete(said[1].id):
        pytest.skip("this network does not tell deletions")
    collected(workspace, world, OVERLAP)
    kept = [said[0].id, said[2].id]
    assert [id for id, *_ in stored(workspace)] == kept
    for table in ("raw", "reject"):
        assert not rows(workspace, f"select 1 from {table} where contains(payload::text, '{said[1].text}')")
    assert rows(workspace, "select count(*) from removal") == [(1,)]


def test_what_a_failed_run_had_fetched_is_kept_and_the_next_run_brings_the_rest(workspace: Workspace, world: World):
    said = world.fill(250)
    world.fail(after=1)
    tallies = collected(workspace, world)
    assert any(tally.error for tally in tallies)
    assert 0 < len(stored(workspace)) < 250
    more = world.fill(2)
    assert not any(tally.error for tally in collected(workspace, world))
    assert [id for id, *_ in stored(workspace)] == [each.id for each in said + more]


def test_a_broken_answer_is_an_error_that_names_the_source_and_loses_nothing(workspace: Workspace, world: World):
    said = world.fill(2)
    world.fail(after=0, status=200, body="not what is documented")
    (failed, *_) = collected(workspace, world)
    assert failed.error
    collected(workspace, world)
    assert [id for id, *_ in stored(workspace)] == [each.id for each in said]


def test_why_nobody_was_reached_is_told_of_errors_that_cause_each_other_in_a_circle():
    outer, inner = ValueError("a pool of connections"), ConnectionRefusedError(111, "Connection refused")
    outer.__cause__, inner.__cause__ = inner, outer
    assert (reason(outer), reason(ValueError("alone"))) == ("Connection refused", "alone")


def test_the_dry_run_asks_for_nothing(workspace: Workspace, world: World):
    world.fill(3)
    plans = list(read_plans(workspace, chosen(workspace, world)))
    assert plans and all(isinstance(plan, Plan) for plan in plans)
    assert world.requests == 0
