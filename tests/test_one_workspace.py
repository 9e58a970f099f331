"""One workspace that every network and two files feed at once: totals add up, from what was said to the dashboard."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from models.catalog import card
from pipeline import readings, reads, run, settings, store
from pipeline.publish import ModelFacts
from pipeline.store import Workspace, connect
from tests.servers import Expected
from tests.servers.__main__ import EACH, start, write
from tests.test_networks import WORLDS
from tests.test_pages import opened


@dataclass(frozen=True)
class Fed:
    """A workspace after a refresh, what was said at each source, and what the refreshes told."""

    place: Workspace
    said: Mapping[str, list[Expected]]
    refresh: Callable[[], list[str]]
    first: list[str]


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory, model: readings.Model) -> Iterator[Fed]:
    place = Workspace(tmp_path_factory.mktemp("one"))
    with ExitStack() as stack:
        said = write(place.folder, start(stack))
        chosen = settings.load(place.folder)

        def refresh() -> list[str]:
            return run.refresh(place, chosen, lambda: model, lambda: ModelFacts(model.version, card()))

        yield Fed(place, said, refresh, refresh())


def test_the_store_holds_of_every_source_what_was_said_there(fed: Fed):
    with connect(fed.place.mentions) as con:
        found = con.execute("select touch_id, direction from touch").fetchall()
        rejects = con.execute("select count(*) from reject").fetchall()
    said = [(each.id, each.direction) for there in fed.said.values() for each in there]
    assert Counter(found) == Counter(said) and len(said) == EACH * len(WORLDS) + 12
    assert rejects == [(0,)]


def test_what_the_refresh_told_adds_up_to_what_is_stored(fed: Fed):
    from_networks = sum(int(line.split(": ")[1].split(" new of ")[0]) for line in fed.first if " new of " in line)
    from_files = sum(int(line.split(": ")[1].split(" stored of ")[0]) for line in fed.first if " stored of " in line)
    assert (from_networks, from_files) == (EACH * len(WORLDS), 12)
    theirs = sum(each.direction == "in" for there in fed.said.values() for each in there)
    assert f"{theirs} mentions read" in fed.first


def test_the_published_file_has_the_same_totals(fed: Fed):
    shown = reads.frame(store.open_published(fed.place.published), "sources", brand="tamrow")
    assert dict(zip(shown["source"], shown["touches"], strict=True)) == {
        name: len(there) for name, there in fed.said.items()
    }


def test_a_second_refresh_changes_nothing(fed: Fed):
    def whole() -> list[tuple]:
        with connect(fed.place.mentions) as con:
            return con.execute("from touch order by touch_id, brand").fetchall()

    before = whole()
    told = fed.refresh()
    assert whole() == before
    assert "0 mentions read" in told


@pytest.mark.parametrize("source", [*WORLDS, "helpdesk", "yelp"])
def test_a_conversation_of_every_source_is_on_the_dashboard(
    source: str, fed: Fed, in_workspace: Callable[[Workspace], None]
):
    in_workspace(fed.place)
    text = fed.said[source][1].text
    with store.open_published(fed.place.published).cursor() as con:  # ids of people who are not named are others there
        found = con.execute("select touch_id from pub.touch where text = $1 and source = $2", (text, source)).fetchall()
    ((message,),) = found
    app = opened("views/conversations.py", period="everything", message=message)
    assert app.subheader[0].value == "The whole thread"
    assert text in [each.value for each in app.text]
