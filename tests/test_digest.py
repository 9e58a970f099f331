"""The digest: the published numbers of a week or month in the words of Pulse, and nothing that may not leave."""

import re
import shutil
from datetime import datetime
from html import unescape
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipeline import journal, reads, settings, store
from pipeline.digest import brands, contents, page, text
from pipeline.digest.alerts import alerts
from pipeline.digest.contents import Digest
from pipeline.digest.published import Published, opened
from pipeline.digest.words import harmless
from pipeline.publish import publish
from pipeline.sections import NotifySettings, PrivacySettings
from pipeline.settings import Settings
from pipeline.store import StoreError, Workspace
from pipeline.telling import words
from pipeline.telling.enough import of_both
from pipeline.telling.span import Days
from tests.conftest import orchard_here
from views import _pulse_moved

AUTUMN = {"before": datetime(2026, 9, 1), "start": datetime(2026, 10, 1), "until": datetime(2026, 11, 1)}
NOW = datetime(2026, 11, 12)


def published(place: Workspace, name: str, **values):
    with store.open_published(place.published) as con:
        return reads.frame(con, name, **values)


def copy_of(place: Workspace, folder: Path, *changes: str) -> Workspace:
    """Return a workspace whose published file is that of another one, changed by SQL."""
    made = Workspace(folder / "copy")
    made.folder.mkdir()
    shutil.copy(place.published, made.published)
    shutil.copy(place.folder / "brand.toml", made.folder)
    with duckdb.connect(made.published) as con:
        for change in changes:
            con.execute(change)
    return made


def chosen(place: Workspace, people: str = "named", **notify) -> Settings:
    """Return the settings of a workspace with others of [privacy] and [notify]."""
    update = {"privacy": PrivacySettings(people=people), "notify": NotifySettings(**notify)}
    return settings.load(place.folder).model_copy(update=update)


def made(place: Workspace, grain: str = "month", people: str = "named", **notify) -> Digest:
    return contents.make(place, chosen(place, people, **notify), grain, now=NOW)


@pytest.fixture(scope="module")
def month(sample: Workspace) -> Digest:
    return made(sample, dashboard="https://orchard.example.org/?a=1&b=2")


@pytest.fixture(scope="module")
def week(sample: Workspace) -> Digest:
    return made(sample, "week")


def told(digest: Digest) -> str:
    """Return all that a digest says in both its forms; what is invisible in it is left out."""
    return f"{digest.title}\n{text.render(digest)}\n{unescape(page.render(digest))}".replace("\u2060", "")


def alert(brand: str, period: str, people: int = 30, survives: bool = True, person: str | None = None) -> str:
    """Return the SQL that adds a week out of the ordinary to a published file."""
    one = f"'{person}'" if person else "null"
    return (
        "insert into alert by name select"
        f" '{brand}' as brand, 'week' as grain, date '{period}' as period, -0.6 as estimate, 0.1 as se, -4.2 as z,"
        f" true as shock, false as drift, {survives} as survives, {one} as one_person,"
        f" {people} as people, 41 as mentions"
    )


def test_how_many_were_heard_is_a_sentence_where_no_number_stands_before_it():
    state = pd.Series(dict.fromkeys(("now", "low", "high", "change", "se_change")) | {"people": 3, "mentions": 1})
    index = brands.of_index(state)
    assert text.feeling(index) == "Heard: 3 people, in 1 mention." and text.feeling(index) in page.feeling(index)[0]


def test_the_own_brand_is_told_first_with_the_numbers_that_pulse_has(month: Digest, sample: Workspace):
    digest = month
    state = of_both(published(sample, "period", brand="tamrow", **AUTUMN)).iloc[0]
    index = digest.brands[0].index
    assert [brand.name.split()[0] for brand in digest.brands] == ["Tamrow", "Quillstone", "Fenmarsh"]
    assert (index.now, index.low, index.high) == (state["now"], state["low"], state["high"])
    now, band = words.signed(state["now"]), words.interval(state["low"], state["high"])
    sizes = f"by {int(state['people'])} people in {int(state['mentions'])} mentions"
    assert digest.title == f"Tamrow Design-Build, October 2026: feeling {now}, {index.verdict}"
    assert f"{now} (90 %: {band}), {sizes}" in text.render(digest)
    assert digest.span == "01 Oct 2026 to 31 Oct 2026, compared with 01 Sep 2026 to 30 Sep 2026."


def test_the_change_is_told_in_the_very_words_of_pulse(month: Digest, sample: Workspace, in_workspace):
    in_workspace(sample)
    span = Days(*AUTUMN.values())
    state, why = _pulse_moved.period("tamrow", span), _pulse_moved.why("tamrow", span)
    pulse = f"{_pulse_moved.changed(state)} {why}".replace("**", "").replace("\\", "").strip()
    assert month.brands[0].change.startswith(pulse) and len(pulse) > 40


def test_the_parts_of_the_change_and_the_work_lists_are_counted(month: Digest, sample: Workspace):
    digest = month
    lists = published(sample, "work_lists", brand="tamrow").set_index("list")["people"]
    assert digest.work == (
        f"we owe an answer: {lists['owe an answer']} people",
        f"gone quiet: {lists['gone quiet']} people",
        f"strained: {lists['strained']} people",
        f"changed by more than chance: {lists['changed']} people",
    )
    assert {part.split(":")[0] for part in digest.brands[0].people} == {"stayers", "newcomers", "leavers"}
    assert "Accounting, not cause" in told(digest) and " caused" not in told(digest)


def test_of_a_week_with_too_few_people_no_feeling_is_told_but_that_of_the_quarter(week: Digest):
    first, last = week.brands[0], week.brands[2]
    assert week.title == "Tamrow Design-Build, week of 02 Nov 2026: not enough evidence yet"
    assert first.index.now is None and not first.people and "what fewer than 5 people feel is not told" in first.change
    assert "Over three months (10 Aug 2026 to 08 Nov 2026) feeling was " in first.change
    assert last.change.startswith("Nobody was heard and scored in these days.")


def test_three_months_that_add_fewer_than_5_people_to_days_that_are_told_are_not_told(
    sample: Workspace, tmp_path: Path
):
    heard = "brand = 'quillstone' and happened_at < timestamp '2026-10-01'"
    place = copy_of(sample, tmp_path, f"delete from touch where {heard}")
    assert "Over three months" in made(sample).brands[1].change
    assert made(place).brands[1].change.endswith("So few people are a first impression.")


def test_one_brand_can_be_asked_for_and_an_unknown_one_is_named(sample: Workspace):
    digest = contents.make(sample, chosen(sample), "month", "Quillstone")
    assert [brand.name for brand in digest.brands] == ["Quillstone Construction"] and digest.work == ()
    with pytest.raises(StoreError, match="--brand nobody: unknown; there are: Tamrow Design-Build, Quillstone"):
        contents.make(sample, chosen(sample), "month", "nobody")


def test_one_brand_has_the_last_days_that_its_own_data_cover(sample: Workspace, tmp_path: Path):
    end = "timestamp '2026-03-10'"
    changes = (f"delete from touch where brand = 'quillstone' and happened_at >= {end}",)
    changes += (f"update brand set last_touch = {end}, last_collected = {end} where brand = 'quillstone'",)
    place = copy_of(sample, tmp_path, *changes)
    alone = contents.make(place, chosen(place), "month", "Quillstone")
    assert alone.span.startswith("01 Feb 2026 to 28 Feb 2026") and alone.brands[0].index.now is not None
    assert contents.make(place, chosen(place), "month").span.startswith("01 Oct 2026 to 31 Oct 2026")


def test_one_brand_that_is_quiet_while_others_are_heard_is_told_of_the_last_days_of_all(
    sample: Workspace, tmp_path: Path
):
    fresh = copy_of(sample, tmp_path, "update meta set published_at = timestamp '2026-11-17 06:00'")
    quiet = contents.make(fresh, chosen(fresh), "week", "Fenmarsh")  # whose newest touch is of 30 Oct
    assert quiet.span.startswith("09 Nov 2026 to 15 Nov 2026") and "data cover whole" not in text.render(quiet)


def test_no_word_and_no_name_of_anybody_is_told_unless_names_are_wanted_and_allowed(month: Digest, sample: Workspace):
    with store.open_published(sample.published) as con:
        people = {name for (name,) in con.execute("select name from pub.person where length(name) > 4").fetchall()}
        texts = {said for (said,) in con.execute("select text from pub.touch where length(text) > 20").fetchall()}
    assert len(people) > 50 and len(texts) > 500

    def named(digest: Digest) -> set[str]:
        said = told(digest)
        return {name for name in people if name in said}

    allowed, kept = made(sample, names=True), made(sample, people="pseudonymous", names=True)
    assert not named(month) and not named(kept)
    assert "Who moved it most: " in allowed.brands[0].movers and len(named(allowed)) >= 3
    words_of_it = told(allowed)
    assert not {said for said in texts if said in words_of_it}


def test_where_nothing_of_people_is_told_a_digest_is_made_of_the_rest(month: Digest, sample: Workspace, tmp_path: Path):
    place = copy_of(sample, tmp_path)
    shutil.copy(sample.mentions, place.mentions)
    publish(place, "aggregate")
    digest = made(place, people="aggregate", names=True)
    assert digest.brands[0].index.now == pytest.approx(month.brands[0].index.now) and not digest.brands[0].movers
    assert digest.work == ('Work lists are not told here: brand.toml says [privacy] people = "aggregate".',)


def test_words_of_the_network_are_text_and_lead_nowhere(sample: Workspace, tmp_path: Path):
    hostile = '<script>alert(1)</script> @everyone http://evil.example/x \u202eback & "q"\''
    place = copy_of(
        sample,
        tmp_path,
        f"update brand set name = $q${hostile}$q$ where brand = 'tamrow'",
        "update topic_of set topic = '<img src=x onerror=alert(1)>'",
    )
    digest = made(place)
    written, shown = page.render(digest), text.render(digest)
    tags = set(re.findall(r"<(\w+)", written)) - {"script"}
    assert "<script" not in written and "img" not in tags and "onerror" not in written.replace("onerror=alert(1)›", "")
    for words_of_it in (written, shown):
        assert "http://" not in words_of_it and "@everyone" not in words_of_it and "\u202e" not in words_of_it
    assert "‹script›alert(1)‹/\u2060script›" in digest.brands[0].name


def test_nothing_in_a_name_turns_text_around_hides_in_it_or_makes_a_link():
    assert harmless("a\u061cb\u00adc\U000e0041d [x](evil.example)") == "abcd [x]\u2060(evil.\u2060example)"


def test_the_page_fetches_nothing_and_leads_only_to_the_dashboard(month: Digest, week: Digest):
    written = page.render(month)
    assert re.findall(r"(?:href|src)=\S+", written) == ['href="https://orchard.example.org/?a=1&amp;b=2">Open']
    assert "url(" not in written and "@import" not in written and "prefers-color-scheme: dark" in written
    assert "href" not in page.render(week)


def words_on(numbers: Published, brand: str) -> list[str]:
    return [alert.words for alert in alerts(numbers, brand, AUTUMN["start"], AUTUMN["until"])]


def test_alerts_say_whether_they_survive_without_whoever_moved_them_and_by_few_people_nothing(
    month: Digest, sample: Workspace, tmp_path: Path
):
    with store.open_published(sample.published) as con:
        query = "select person_id, name from pub.person where brand = 'tamrow' and name is not null limit 1"
        ((person, name),) = con.execute(query).fetchall()
    alerts = [alert("tamrow", "2026-10-05"), alert("tamrow", "2026-10-12", survives=False, person=person)]
    alerts += [alert("quillstone", "2026-10-19", people=4), alert("tamrow", "2026-10-26")]  # which ends in November
    place = copy_of(sample, tmp_path, *alerts)
    with opened(place, chosen(place)) as numbers:
        own, other = (words_on(numbers, brand) for brand in ("tamrow", "quillstone"))
    with opened(place, chosen(place, names=True)) as numbers:
        named = words_on(numbers, "tamrow")
    kept = "Week of 05 Oct 2026: far colder than expected, −0.60 (90 %: −0.76 … −0.44) by 30 people in 41 mentions."
    one = kept.replace("05", "12") + " It is one person's doing: without one of them it would be nothing unusual."
    assert own == [
        one,
        f"{kept} It would be one without any of the three people who moved it most, too.",
    ]
    assert named[0] == one.replace("one of them", name)
    few = "Week of 19 Oct 2026: out of the ordinary, but by fewer than 5 people. Read nothing into it."
    assert other == [few]
    assert "Nothing was out of the ordinary." in text.render(month)


def test_days_are_the_last_whole_ones_of_now_or_where_data_ended_of_then(
    week: Digest, sample: Workspace, tmp_path: Path
):
    fresh = copy_of(sample, tmp_path, "update meta set published_at = timestamp '2026-11-17 06:00', rejects = 3")
    digest = made(fresh, "week")
    assert digest.span.startswith("09 Nov 2026 to 15 Nov 2026") and "data cover whole" not in told(digest)
    assert "Whether these days were out of the ordinary shows once somebody has spoken after them." in told(digest)
    assert "Refreshed 17 Nov 2026 06:00 UTC" in told(digest) and "kept as rejects: 3." in told(digest)
    assert "The newest touch that was collected is of 10 Nov 2026." in told(digest)
    assert "these are the last days that the data cover whole" in told(week)


def test_of_numbers_of_a_past_day_the_last_whole_week_before_that_day_is_told(sample: Workspace, tmp_path: Path):
    change = "update meta set past = true, as_of = date '2026-11-11', published_at = timestamp '2026-11-17 06:00'"
    said = told(made(copy_of(sample, tmp_path, change), "week"))
    assert "02 Nov 2026 to 08 Nov 2026" in said and "as they stood on 10 Nov 2026" in said
    assert "Nothing newer was collected" not in said


def test_promises_that_are_due_are_counted_and_not_told(workspace: Workspace):
    for day in ("2026-11-01", "2026-11-12", "2026-11-19", "2026-11-20"):
        journal.save_promise(
            workspace, "tamrow", "x:1", f"a secret for {day}", datetime.fromisoformat(day).date(), "Mo"
        )
    told = contents.of_promises(workspace, "tamrow", NOW.date())
    assert told == ("promises overdue: 1", "promises due within 7 days: 2")


def test_the_command_prints_text_or_writes_a_page(month: Digest, sample: Workspace, tmp_path: Path):
    place = copy_of(sample, tmp_path)
    printed = orchard_here(place.folder, "digest", "--period", "month", "--text")
    assert printed.stdout.splitlines()[0] == month.title and "TAMROW DESIGN-BUILD" in printed.stdout
    one = ("--brand", "Fenmarsh", "--html", str(tmp_path / "page.html"))
    assert orchard_here(place.folder, "digest", *one).returncode == 0
    assert (tmp_path / "page.html").read_text().startswith("<!DOCTYPE html>")
    both = orchard_here(place.folder, "digest", "--send", "--text")
    assert both.returncode == 1 and "give one of them" in both.stderr
    nothing = orchard_here(tmp_path / "nothing", "digest")
    assert nothing.returncode == 1 and "run refresh first" in " ".join(nothing.stderr.split())
    assert not (tmp_path / "nothing").exists()
