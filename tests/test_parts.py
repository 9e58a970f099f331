"""What is looked up again part by part goes on where it was cut off, at every network that is asked for single ids."""

from collections.abc import Callable
from urllib.parse import unquote

import pytest
from pytest_httpserver import HTTPServer

from pipeline.sources.network import Window
from pipeline.sources.networks import NETWORKS
from pipeline.sources.parts import parts
from pipeline.store import Workspace
from tests.test_networks import WORLDS, chosen

IDS: dict[str, Callable[[int, str], str]] = {
    "bluesky": lambda number, _: f"at://did:plc:ann/app.bsky.feed.post/{number}",
    "hackernews": lambda number, _: str(number),
    "mastodon": lambda number, base: f"{base}#{number} https://orchard.example/users/ann/{number}",
    "reddit": lambda number, _: f"t1_{number}",
}
AT_ONCE = {"bluesky": 25, "hackernews": 200, "mastodon": 20, "reddit": 100}


@pytest.mark.parametrize("source", IDS)
def test_a_recheck_that_was_cut_off_goes_on_behind_the_last_id_and_remembers_nobody_s_address(
    source: str, httpserver: HTTPServer, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    world = WORLDS[source](httpserver)
    for name, value in world.secrets.items():
        monkeypatch.setenv(name, value)
    settings, network = chosen(workspace, world).networks()[0], NETWORKS[source]
    client = network.connect(settings, world.secrets)
    numbers = range(5000, 5003 + AT_ONCE[source])
    ids = [IDS[source](number, getattr(world, "base", "")) for number in reversed(numbers)]  # as they were stored
    assert network.recheck
    first = next(network.recheck(Window(), ids, settings, client))
    last = numbers[AT_ONCE[source] - 1]
    assert first.memory == {"after": f"t1_{last}" if source == "reddit" else str(last)}
    before = len(world.faults.asked)
    assert [page.memory for page in network.recheck(Window(memory=first.memory), ids, settings, client)] == [{}]
    asked = " ".join(unquote(request.full_path) for request in world.faults.asked[before:])
    assert [number for number in numbers if str(number) in asked] == [*range(last + 1, last + 4)]


def test_the_parts_go_on_behind_what_is_gone_by_now_and_begin_anew_where_nothing_is_left():
    after = Window(memory={"after": "2"})
    assert list(parts(Window(), ["3", "1", "2"], 2)) == [(["1", "2"], {"after": "2"}), (["3"], {})]
    assert list(parts(after, ["1", "3"], 2)) == [(["3"], {})]
    assert list(parts(after, ["2", "1"], 2)) == [(["1", "2"], {})]
    assert list(parts(after, [], 2)) == []
