"""What is told of people: as [privacy] says, of groups of a few on no executive's page, of the forgotten nothing."""

import json
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from pipeline import commands_care, cursors, forget, forgotten, journal, publish, reads, run, settings, store, typed
from pipeline.contents import read_rejects
from pipeline.file_cursors import FileCursor
from pipeline.publish import ModelFacts
from pipeline.store import StoreError, Workspace
from pipeline.touch import Account, Brand, Mapped, Record, Reject, Touch
from tests.conftest import TAMROW, orchard_here
from tests.test_pages import PAGES, Look, opened
from tests.test_store import Fixed
from tests.worlds import save_outcomes

BRAND = TAMROW.key
SECRETS = ("Zelda Quux", "zquux", "x:771177", "quux@mail.example", "quux.example", "zanzibar")
TEXT = "@TamrowBuild the zanzibar porch leaks, ask @olaf_n, mail quux@mail.example, see https://x.com/zquux/status/5"


def said(number: int, account: Account | None, text: str, direction: str = "in") -> Mapped:
    values = {"public": True, "addressed": direction == "in", "conversation": "x:5001", "author": None}
    if direction == "out":
        values |= {"author": "olaf_of_tamrow"}
    url = f"https://x.com/{account.handle if account else 'TamrowBuild'}/status/{number}"
    at = datetime(2025, 1, 1 + number % 25)
    touch = Touch(f"x:{5000 + number}", "x", BRAND, account, direction, "mention", at, text, url=url, **values)
    return Mapped(Record(number, {"text": text, "user": account.name if account else ""}), touch)


ZELDA = Account("x:771177", "x", "zquux", "Zelda Quux", link="https://quux.example", email="quux@mail.example")
OTHERS = [Account(f"x:{number}", "x", f"handle{number}", f"Person {number}") for number in range(100, 108)]


def touches() -> list[Mapped]:
    own = said(90, None, "We are open on Monday")
    return [
        said(1, ZELDA, TEXT),
        said(2, ZELDA, "@zquux we are on our way", "out"),
        *(said(3 + place, account, f"fine work {place}") for place, account in enumerate(OTHERS)),
        Mapped(own.record, Touch(**own.touch.__dict__ | {"direction": "out", "addressed": False})),
    ]


def save(place: Workspace, mapped: Iterable[Mapped], digest: str = "d") -> tuple[int, list]:
    cursor = FileCursor("f.csv", digest, TAMROW, "mapped", 9, finished=True)
    return save_outcomes(place, list(mapped), [], cursor)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace of nine people and what was typed about one of them."""
    workspace = Workspace(tmp_path_factory.mktemp("made"))
    save(workspace, touches())
    journal.save_note(workspace, BRAND, ZELDA.id, "zanzibar: she prefers mornings", "Mo")
    journal.save_members(workspace, [ZELDA.id], "list", "zanzibar club", True, "Mo")
    entry = {"brand": BRAND, "account_id": ZELDA.id, "direction": "in", "kind": "call", "text": "of zanzibar"}
    journal.save_entry(workspace, entry | {"happened_at": datetime(2025, 1, 20), "author": "Mo"})
    journal.save_labels(workspace, [{"brand": BRAND, "touch_id": "x:5001", "label": "negative"}], "Mo", drawn=True)
    given = {"brand": BRAND, "account_id": OTHERS[0].id, "kind": "referral", "for_account": ZELDA.id, "text": ""}
    journal.save_fruit(workspace, given | {"happened_at": datetime(2025, 1, 19, 12), "author": "Mo"})
    journal.save_annotation(workspace, BRAND, date(2025, 1, 3), "new website", "Mo")
    ruled = settings.Settings(rules=({"phrase": "porch leaks", "feeling": "negative"},))
    run.refresh(workspace, ruled, Fixed, lambda: ModelFacts("fixed"))
    return workspace


@pytest.fixture
def place(made: Workspace, workspace: Workspace, in_workspace: Look) -> Workspace:
    """A copy of it that a test may change, and that the pages show."""
    shutil.copytree(made.folder, workspace.folder)
    in_workspace(workspace)
    return workspace


def told(path: Path) -> str:
    """Return every value of every table of a file as text."""
    with store.open_published(path) as con:
        names = con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'pub'"
        ).fetchall()
        return "\n".join(str(con.execute(f"select * from pub.{s}.{t}").fetchall()) for s, t in names)


def kept(place: Workspace, path: Path) -> str:
    """Return every value of every table of one of the workspace's own files as text."""
    with store.connect(path) as con:
        tables = con.execute("select schema_name, table_name from duckdb_tables() where not internal").fetchall()
        return "\n".join(str(con.execute(f"select * from {s}.{t}").fetchall()) for s, t in tables)


def count(place: Workspace, table: str) -> int:
    with store.open_published(place.published) as con:
        return int(con.execute(f"select count(*) from pub.{table}").fetchall()[0][0])


def test_named_tells_who_spoke_to_the_brand(place: Workspace):
    everything = told(place.published)
    assert all(word in everything for word in ("Zelda Quux", "zquux", "x:771177", "zanzibar", "olaf_of_tamrow"))
    with store.open_published(place.published) as con:
        assert con.execute("select distinct rule from pub.touch where rule is not null").fetchall() == [
            ("“porch leaks” is negative",)
        ]


def test_pseudonymous_tells_no_name_account_link_or_author_and_masks_them_in_texts(place: Workspace):
    publish.publish(place, "pseudonymous")
    everything = told(place.published)
    leaks = [
        word for word in (*SECRETS[:5], "olaf", "Person 100", "handle100", "https://", "x:50") if word in everything
    ]
    assert leaks == []
    assert "the zanzibar porch leaks, ask @…, mail @…, see (link)" in everything
    assert count(place, "person") == 9 and count(place, "person_account") == 0
    assert b"of zanzibar" not in place.published.read_bytes() and "'call'" in everything, "our words of a call"
    assert b"zquux" not in place.published.read_bytes()
    for hidden in ("quux", "771177", "zelda"):
        assert not opened("views/relationships.py", search=hidden).dataframe, hidden
    found = opened("views/person.py").text_input(key="find").set_value("zelda").run()
    assert [info.value for info in found.info] == [
        "Nobody of that name or handle can be told by name here. Try fewer letters."
    ]
    name = opened("views/relationships.py").dataframe[0].value["Name"].iloc[0]
    assert set(opened("views/relationships.py", search=name).dataframe[0].value["Name"]) == {name}


def texts(place: Workspace) -> list[str]:
    with store.open_published(place.published) as con:
        return [text for (text,) in con.execute("select text from pub.touch order by happened_at").fetchall()]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Thanks Zelda, Ms QUUX and zquux!", "Thanks …, Ms … and …!"),
        ("see x.com/zquux/status/5 or zquux.bsky.social, t.me/z", "see (link) or (link), (link)"),
        ("olaf_of_tamrow paid 3.50, e.g. in cash...and left", "… paid 3.50, e.g. in cash...and left"),
    ],
)
def test_pseudonymous_masks_in_a_conversation_who_takes_part_and_links_without_scheme(
    text: str, masked: str, workspace: Workspace
):
    elsewhere = said(3, OTHERS[0], "Zelda is a name elsewhere")
    elsewhere = Mapped(elsewhere.record, Touch(**elsewhere.touch.__dict__ | {"conversation": "x:9"}))
    save(workspace, [said(1, ZELDA, "hello"), said(2, ZELDA, text, "out"), elsewhere])
    run.refresh(workspace, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    publish.publish(workspace, "pseudonymous")
    assert texts(workspace) == ["hello", masked, "Zelda is a name elsewhere"]
    assert "quux" not in told(workspace.published).lower()


def test_link_and_id_are_told_of_the_brand_s_own_word_but_not_of_a_message_without_account(workspace: Workspace):
    mapped = [said(1, None, "who am I"), said(2, None, "We are open", "out")]
    save(workspace, mapped)
    run.refresh(workspace, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    with store.open_published(workspace.published) as con:
        rows = con.execute("select direction, touch_id, url from pub.touch order by direction").fetchall()
    assert rows[1] == ("out", "x:5002", "https://x.com/TamrowBuild/status/2")
    assert rows[0][0] == "in" and re.fullmatch("[0-9a-f]{16}", rows[0][1]) and rows[0][2] is None


def test_of_a_reject_only_columns_of_a_format_and_of_the_map_are_told_by_name(place: Workspace):
    cursor = FileCursor("h.csv", "h", TAMROW, "mapped", 1, True, mapping={"text": "Body.words"})
    values = {"text": "Aé 12", "Account": "x", "Body": "b", "zquux": {"Zelda": "Quux"}}
    save_outcomes(place, [], [Reject(Record(1, values), "no")], cursor)
    publish.publish(place)
    with store.open_published(place.published) as con:
        shapes = con.execute("select shape from pub.reject_example").fetchall()
    assert shapes == [('text: aa 99\nAccount: a\nBody: a\naaaaa: {"aaaaa":"aaaa"}',)]


def test_aggregate_tells_no_word_and_nobody_and_its_numbers_are_the_same(place: Workspace):
    with store.open_published(place.published) as con:
        before = con.execute("select * from pub.brand_index").fetchall()
    publish.publish(place, "aggregate")
    everything = told(place.published)
    assert [
        word for word in (*SECRETS, "porch", "fine work", "olaf", "Person", "handle1", "x:50") if word in everything
    ] == []
    empty = ("person", "person_account", "person_merge", "work_list", "stage_history", "feeling_path", "group_member")
    assert [count(place, table) for table in (*empty, "vector", "reject_example")] == [0] * 9
    with store.open_published(place.published) as con:
        assert con.execute("select * from pub.brand_index").fetchall() == before
        ids = con.execute("select distinct person_id from pub.touch where person_id is not null").fetchall()
        days = con.execute(
            "select count(*) from pub.touch where happened_at <> date_trunc('day', happened_at)"
        ).fetchall()
        referrals = con.execute("select fruit_id, happened_at from pub.referral").fetchall()
    assert len(ids) == 9 and days == [(0,)]
    ((fruit_id, happened_at),) = referrals
    assert happened_at == datetime(2025, 1, 19) and fruit_id not in kept(place, place.journal)
    publish.publish(place, "aggregate")
    with store.open_published(place.published) as con:
        again = con.execute("select distinct person_id from pub.touch where person_id is not null").fetchall()
    assert not set(ids) & set(again)  # one publish cannot be joined with the next, nor with the store


@pytest.mark.parametrize("people", ["pseudonymous", "aggregate"])
def test_brand_toml_decides_at_the_next_publish_and_every_page_still_draws(people: str, place: Workspace):
    (place.folder / "brand.toml").write_text(f'[privacy]\npeople = "{people}"\n')
    publish.publish(place)
    for page in PAGES:
        app = opened(page)
        shown = " ".join(str(each.value) for each in [*app.text, *app.markdown, *app.caption, *app.title])
        shown += " ".join(str(each.value.to_dict()) for each in app.dataframe)
        shown += " ".join(str(each.options) for each in [*app.selectbox, *app.multiselect])
        assert [word for word in (*SECRETS[:5], "zanzibar club") if word in shown] == [], page
        assert "(Mo)" not in shown and "new website" not in shown, page
    with store.connect(place.mentions) as con:
        asked = con.execute("select touch_id from touch union all select account_id from account").fetchall()
    with store.open_published(place.published) as con:
        assert asked and reads.frame(con, "called", ids=[one for (one,) in asked]).empty


@pytest.fixture
def listed(place: Workspace) -> Workspace:
    """The same with lists of which one account is that never spoke to the brand."""
    quiet = said(40, Account("x:200", "x", "handle200"), "heard of it").touch
    save(place, [Mapped(Record(40, {}), replace(quiet, addressed=False))], "g")
    five = [*(account.id for account in OTHERS[:4]), "x:200"]
    for name, members in {"regulars": five, "whisperer": ["x:200"], "pair": five[:2]}.items():
        journal.save_members(place, members, "list", name, True, "Mo")
    run.refresh(place, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    return place


def groups(place: Workspace) -> dict[tuple[str, str], int]:
    """Return how many people a published file tells of each group."""
    with store.open_published(place.published) as con:
        return {(what, name): people for what, name, people in con.execute(GROUPS).fetchall()}


GROUPS = "select what, name, people from pub.group_index"


def test_what_lists_of_people_feel_is_told_where_people_are_named_only(listed: Workspace):
    always = {("everybody", "everybody"): 10, ("source", "x"): 10}
    assert groups(listed) == always | {("list", "regulars"): 5, ("list", "pair"): 2, ("list", "zanzibar club"): 1}
    for people in ("pseudonymous", "aggregate"):
        publish.publish(listed, people)
        assert groups(listed) == always
        assert "regulars" not in told(listed.published)


def test_the_read_of_groups_says_of_which_days_it_is(listed: Workspace):
    with store.open_published(listed.published) as con:
        found = reads.frame(con, "groups", brand=BRAND)
        means = con.execute("select person_id, avg(value) from pub.touch where counts group by person_id").fetchall()
    assert list(found["name"]) == ["everybody", "regulars", "pair", "zanzibar club", "x"]
    assert set(zip(found["start"], found["until"], strict=True)) == {(date(2024, 10, 22), date(2025, 1, 21))}
    first = found.iloc[0]
    assert first["now"] == pytest.approx(sum(mean for _, mean in means) / len(means))
    assert first["low"] <= first["now"] <= first["high"]


def test_a_file_that_still_tells_of_lists_is_shown_without_them_once_people_are_not_named(listed: Workspace):
    def tables() -> str:
        return " ".join(str(table.value.to_dict()) for table in opened("views/pulse.py", groups="Tag").dataframe)

    assert "regulars" in tables()
    (listed.folder / "brand.toml").write_text('[privacy]\npeople = "pseudonymous"\n')
    assert "regulars" not in tables()


FEW = 4  # people: fewer than are ever told as a group
EXECUTIVE = ("views/pulse.py", "views/compare.py", "views/growth.py")


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace in which four people speak, one of them very angrily."""
    workspace = Workspace(tmp_path_factory.mktemp("four"))
    save(workspace, [said(1, ZELDA, TEXT), *(said(3 + i, who, f"good {i}") for i, who in enumerate(OTHERS[: FEW - 1]))])
    run.refresh(workspace, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    return workspace


@pytest.fixture
def few(four: Workspace, workspace: Workspace, in_workspace: Look) -> Workspace:
    """A copy of it that a test may change, and that the pages show."""
    shutil.copytree(four.folder, workspace.folder)
    in_workspace(workspace)
    return workspace


def numbers(app: Any) -> list[str]:
    """Return the feelings that a page tells in words or tables: signed numbers with two decimals."""
    said = " ".join(str(e.value) for e in [*app.markdown, *app.metric, *app.caption, *app.text, *app.info])
    cells = " ".join(str(value) for table in app.dataframe for value in table.value.to_numpy().ravel())
    return re.findall(r"(?<![\d.])[+−-]\d?\.\d\d\b", f"{said} {cells}")


@pytest.mark.parametrize("page", EXECUTIVE)
def test_of_four_people_no_executive_s_page_tells_a_feeling(page: str, few: Workspace):
    assert numbers(opened(page, period="everything")) == []


def test_with_a_fifth_person_it_is_told(few: Workspace):
    save(few, [said(20, OTHERS[6], "fine, too")], "e")
    run.refresh(few, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    assert numbers(opened("views/pulse.py", period="everything")) != []


def test_a_text_with_masked_words_is_not_explained_as_if_it_were_the_one_that_was_scored(few: Workspace):
    publish.publish(few, "pseudonymous")
    with store.open_published(few.published) as con:
        [(masked,)] = con.execute("select touch_id from pub.touch where contains(text, 'porch')").fetchall()
    app = opened("views/conversations.py", period="everything", message=masked)
    assert any("moved the score is not told here: names and links" in line.value for line in app.caption)
    assert f"why-{masked}" not in [button.key for button in app.button]


def test_of_enough_empties_what_fewer_than_five_people_feel():
    from views import _rights

    frame = pd.DataFrame({"people": [4, 5], "now": [0.1, 0.2]})
    assert _rights.of_enough(frame, "now")["now"].isna().tolist() == [True, False]


def test_of_few_people_a_period_tells_its_counts_alone_and_no_error(few: Workspace):
    from pipeline.telling import enough

    days = {"before": datetime(2024, 1, 1), "start": datetime(2025, 1, 1), "until": datetime(2026, 1, 1)}
    found = reads.frame(store.open_published(few.published), "period", brand=BRAND, **days)
    told = enough.of_both(found).dropna(axis="columns")
    assert set(told.columns) == {"people", "people_before", "mentions", "mentions_before"}
    both = enough.of_both(found.assign(people=9, people_before=3, before=0.1, se_before=0.1, change=0.2, se_change=0.2))
    assert both[["before", "se_before", "change", "se_change"]].isna().all(axis=None) and both["se"].notna().all()


def test_a_part_of_few_people_cannot_be_had_by_subtracting_the_others_from_the_whole():
    from views import _rights

    months = {
        "one of few": [90, 20, 3],
        "two of few, four together": [90, 2, 2],
        "two of few, five together": [90, 3, 2],
        "nobody is no group": [90, 20, 0],
        "only a few": [4, 0, 0],
    }
    frame = pd.DataFrame(
        [(month, brand, n, n / sum(p)) for month, p in months.items() for brand, n in zip("abc", p, strict=True)],
        columns=["month", "brand", "people", "share"],
    )
    found = _rights.of_parts(frame, "month", "share")
    told = {month: "".join(rows["brand"][rows["share"].notna()]) for month, rows in found.groupby("month", sort=False)}
    assert list(told.values()) == ["a", "", "a", "ab", ""]
    for month, rows in found.groupby("month"):
        hidden = rows[rows["share"].isna()]["people"].sum()
        assert hidden == 0 or hidden >= 5 or month == "only a few"
    assert found["brand"][found["of_few"]].tolist() == ["b", "a"]


def test_a_part_beside_which_few_people_are_left_is_not_told():
    from views import _rights

    frame = pd.DataFrame({"people": [30, 27, 25, 4], "now": [0.1, 0.2, 0.3, 0.4]})
    found = _rights.of_part(frame, 30, "now")
    assert found["now"].notna().tolist() == [True, False, True, False]
    assert found["of_few"].tolist() == [False, True, False, False]
    kept = _rights.of_part(frame.assign(of_few=[True, False, False, False]), 30, "now")
    assert kept["of_few"].tolist() == [True, True, False, False]


def test_of_weeks_beside_one_of_few_neither_the_one_before_nor_the_one_after_is_told_where_nobody_is_shown_singly(
    few: Workspace,
):
    from views import _rights

    frame = pd.DataFrame({"whole": list("aaaaaaabb"), "people": [9, 8, 3, 2, 7, 6, 5, 4, 9], "estimate": 0.5})
    for people, empty, second in (("pseudonymous", [2, 3, 7], []), ("aggregate", [1, 2, 3, 4, 7, 8], [1, 4, 8])):
        (few.folder / "brand.toml").write_text(f'[privacy]\npeople = "{people}"\n', encoding="utf-8")
        found = _rights.of_times(frame, "whole", "estimate")
        assert (found.index[found["estimate"].isna()].tolist(), found.index[found["of_few"]].tolist()) == (
            empty,
            second,
        )
    found = _rights.of_times(frame[frame["whole"] == "c"], "whole", "estimate")
    assert found.empty and list(found) == ["whole", "people", "estimate", "of_few"]


@pytest.mark.parametrize(
    ("few", "offered"),
    [
        ({}, [28, 91, 182]),
        ({(28, 91): 4}, [28, 182]),
        ({(91, 182): 1, (28, 182): 9}, [28, 91]),
        ({(28, 91): 1, (28, 182): 2}, [28]),
        ({(28, 91): 5, (91, 182): 0}, [28, 91, 182]),
    ],
)
def test_of_periods_none_is_offered_that_tells_by_subtraction_what_a_few_feel(few: dict, offered: list[int]):
    from views import _filters

    parts = pd.DataFrame([(*pair, people) for pair, people in few.items()], columns=["beyond", "days", "people"])
    assert _filters.told_apart([28, 91, 182], parts) == offered


@pytest.mark.parametrize(
    ("offered", "place"), [(["4 weeks", "3 months", "6 months", "everything"], 2), (["4 weeks", "12 months"], 0)]
)
def test_an_address_without_a_period_means_six_months_or_the_longest_below_that_is_offered(
    offered: list[str], place: int
):
    from views import _filters

    assert _filters.at_first(offered) == place


def test_people_of_the_older_part_of_a_period_are_counted_of_every_brand_from_the_end_of_each():
    con = duckdb.connect()
    con.execute("attach ':memory:' as pub")
    con.execute("create table pub.brand (brand text, last_touch timestamp, touches int)")
    con.execute("insert into pub.brand values ('a', '2026-03-10 09:00', 1), ('b', '2026-03-08', 1)")
    con.execute("create table pub.touch (brand text, person_id text, happened_at timestamp, counts boolean)")
    con.execute("insert into pub.touch values ('a', 'p', '2026-03-10 09:00', true), ('a', 'q', '2026-03-08', true)")
    con.execute("insert into pub.touch values ('a', 'q', '2026-03-01', true), ('b', 'r', '2026-03-01', true)")
    con.execute("insert into pub.touch values ('b', 's', '2026-03-01', false)")
    found = reads.frame(con, "older_parts", days=[3, 10, 100])
    rows = found[["chosen", "brand", "beyond", "days", "people"]].to_numpy().tolist()
    assert rows == [
        ["a", "a", 3, 10, 1],
        ["a", "a", 3, 100, 1],
        ["a", "b", 3, 10, 1],
        ["a", "b", 3, 100, 1],
        ["b", "a", 3, 10, 1],
        ["b", "a", 3, 100, 1],
        ["b", "b", 3, 10, 1],
        ["b", "b", 3, 100, 1],
    ]


def share_of(place: Workspace, sizes: dict[str, int]) -> None:
    """Let so many people speak of each brand in May 2025."""
    for start, (brand, many) in enumerate(sizes.items()):
        numbers = range(start * 100, start * 100 + many)
        accounts = [Account(f"x:{number}", "x", f"handle{number}") for number in numbers]
        found = [said(number, account, "fine") for number, account in zip(numbers, accounts, strict=True)]
        other = [
            Mapped(one.record, Touch(**one.touch.__dict__ | {"brand": brand, "at": datetime(2025, 5, 1 + at % 28)}))
            for at, one in enumerate(found)
        ]
        cursor = FileCursor("f.csv", brand, Brand(brand, brand), "mapped", many, finished=True)
        save_outcomes(place, other, [], cursor)
        late = Touch(**other[0].touch.__dict__ | {"id": f"x:late{brand}", "at": datetime(2025, 6, 2)})
        save_outcomes(place, [Mapped(Record(1, {}), late)], [], cursor)


def test_compare_tells_the_shares_of_a_month_only_where_no_small_group_follows_from_them(
    workspace: Workspace, in_workspace: Look
):
    share_of(workspace, {"alder": 30, "birch": 10, "cedar": 3})
    run.refresh(workspace, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    in_workspace(workspace)
    app = opened("views/compare.py", period="everything", panel="everything heard")
    (sentence,) = [each.value for each in app.markdown if each.value.startswith("May 2025")]
    assert "alder 70 %" in sentence and re.findall(r"\d+ ?%", sentence.split("birch")[1]) == []
    assert "birch: not told, since it would tell of a smaller group by subtraction (10 people)" in sentence
    assert "cedar: not enough evidence yet (3 people)" in sentence


STILL = """staff = ["@ZQuux"]
[kinds]
customer = ["zquux", "handle100"]
[lists]
vip = ["x:771177"]
"""


def test_the_forgotten_leave_nothing_in_any_file(place: Workspace):
    (place.folder / "brand.toml").write_text(STILL)
    done = orchard_here(place.folder, "forget", ZELDA.id, "--author", "Mo")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2 touches and 4 rows of the journal are gone")
    assert f"{place.folder / 'brand.toml'} still names them: take them out of kinds.customer, lists.vip, staff" in (
        done.stdout
    )
    (place.folder / "brand.toml").unlink()
    for path in (place.mentions, place.journal, place.published):
        everything = told(path) if path == place.published else kept(place, path)
        assert [word for word in SECRETS if word in everything] == [], path.name
        raw = path.read_bytes()
        assert [word for word in SECRETS if word.encode() in raw] == [], path.name
    assert sorted(path.name for path in place.folder.iterdir() if path.suffix not in (".lock", ".json")) == [
        "journal.duckdb",
        "mentions.duckdb",
        "published.duckdb",
    ]
    assert count(place, "person") == 8 and "new website" in kept(place, place.journal)
    assert "referral" in kept(place, place.journal)  # what another one has borne stays, without whom it brought


def traces(place: Workspace) -> list[str]:
    """Return where the bytes of a file still tell of Zelda."""
    files = (place.mentions, place.journal, place.published)
    return [f"{word} in {path.name}" for path in files for word in SECRETS if word.encode() in path.read_bytes()]


def in_the_way(place: Workspace, there: bool) -> None:
    """Let every relate fail in the middle, or do so no more."""
    with store.connect(place.mentions) as con:
        if there:
            con.execute("drop table derived.brand_index; create view derived.brand_index as select 1")
        else:
            con.execute("drop view derived.brand_index")


@pytest.mark.parametrize("again", ["forget", "refresh"])
def test_a_forget_that_fails_after_the_removal_is_finished_by_the_next_one_or_by_a_refresh(
    again: str, place: Workspace, capsys: pytest.CaptureFixture[str]
):
    in_the_way(place, True)
    with pytest.raises(duckdb.CatalogException, match="brand_index"):
        commands_care.forget_(ZELDA.id, "Mo")
    assert forget.is_unfinished(place) and traces(place)
    in_the_way(place, False)
    if again == "forget":
        commands_care.forget_(ZELDA.id, "Mo")
        assert "a removal of before is finished now, too" in capsys.readouterr().out
    else:
        run.refresh(place, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    assert traces(place) == [] and "Zelda Quux" not in told(place.published)
    assert not forget.is_unfinished(place)
    with pytest.raises(StoreError, match="nothing is stored of this account"):
        forget.forget(place, ZELDA.id, "Mo")


def test_a_forget_that_is_killed_between_the_two_files_is_gone_on_with(place: Workspace):
    entry = {"brand": BRAND, "account_id": "hand:zelda", "kind": "call", "direction": "in", "text": "zanzibar"}
    journal.save_entry(place, entry | {"happened_at": datetime(2025, 1, 20), "author": "Mo"})
    assert forget.forget_typed(place, "hand:zelda", [], "Mo") == 1
    assert forget.is_unfinished(place)
    with pytest.raises(StoreError, match="nothing is stored of this account"):
        forget.forget(place, "hand:olaf", "Mo")
    commands_care.forget_("hand:zelda", "Mo")
    assert not forget.is_unfinished(place)


def test_a_forget_that_is_killed_between_the_two_files_is_gone_on_with_by_a_refresh(place: Workspace):
    with store.connect(place.mentions) as con:
        forget.find_theirs(con, ZELDA.id)
        rows = con.execute(store.query("touches_of")).fetchall()
    assert rows and forget.forget_typed(place, ZELDA.id, [each for row in rows for each in row], "Mo") == 4
    assert traces(place)
    run.refresh(place, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    assert traces(place) == [] and not forget.is_unfinished(place)
    with pytest.raises(StoreError, match="nothing is stored of this account"):
        forget.forget(place, ZELDA.id, "Mo")


def test_what_is_typed_of_somebody_forgotten_goes_where_the_first_file_alone_was_changed(place: Workspace):
    with store.connect(place.mentions) as con, store.transaction(con):
        forget.begin(con, ZELDA.id, "Mo")
    run.refresh(place, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    assert traces(place) == [] and not forget.is_unfinished(place)


def test_a_forget_that_was_cut_off_is_gone_on_with_by_that_of_somebody_else(place: Workspace):
    with store.connect(place.mentions) as con, store.transaction(con):
        forget.begin(con, ZELDA.id, "Mo")
    commands_care.forget_(OTHERS[0].id, "Mo")
    assert traces(place) == [] and not forget.is_unfinished(place)


CALL = {"kind": "call", "direction": "in", "happened_at": datetime(2025, 1, 20), "text": "again", "author": "Mo"}
ON = {"kind": "referral", "happened_at": datetime(2025, 1, 20), "text": "", "author": "Mo"}
# What may be typed about Zelda: here of her account, of her as somebody's second, and of a message of hers.
TYPED: dict[str, Callable[[Workspace], object]] = {
    "note": lambda place: journal.save_note(place, BRAND, ZELDA.id, "again", "Mo"),
    "call": lambda place: journal.save_entry(place, CALL | {"brand": BRAND, "account_id": ZELDA.id}),
    "promise": lambda place: journal.save_promise(place, BRAND, ZELDA.id, "again", date.today(), "Mo"),
    "fruit": lambda place: journal.save_fruit(place, ON | {"brand": BRAND, "account_id": ZELDA.id}),
    "brought by another": lambda place: journal.save_fruit(
        place, ON | {"brand": BRAND, "account_id": OTHERS[0].id, "for_account": ZELDA.id}
    ),
    "one of a list": lambda place: journal.save_members(place, [OTHERS[0].id, ZELDA.id], "list", "VIP", True, "Mo"),
    "merged": lambda place: journal.save_merge(place, OTHERS[0].id, ZELDA.id, "says so", "Mo"),
    "label": lambda place: journal.save_labels(
        place, [{"brand": BRAND, "touch_id": each, "label": "positive"} for each in ("x:5003", "x:5001")], "Mo", False
    ),
}


@pytest.fixture(scope="module")
def without_zelda(made: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("without") / "zelda")
    shutil.copytree(made.folder, workspace.folder)
    forget.forget(workspace, ZELDA.id, "Mo")
    return workspace


def typed_rows(place: Workspace) -> int:
    with store.connect(place.journal) as con:
        return store.count(con, "select count(*) from change_row", {})


@pytest.mark.parametrize("what", TYPED)
def test_nothing_is_typed_about_somebody_forgotten(what: str, without_zelda: Workspace):
    before = typed_rows(without_zelda)
    with pytest.raises(typed.JournalError, match="nothing is kept about somebody who was forgotten") as refused:
        TYPED[what](without_zelda)
    assert not [word for word in SECRETS if word in str(refused.value)]
    assert typed_rows(without_zelda) == before


COMMANDS: dict[str, list[str]] = {
    "note": ["note", "--account", ZELDA.id, "--text", "again"],
    "log": ["log", "--account", ZELDA.id, "--kind", "call", "--direction", "in", "--text", "again"],
    "fruit": ["fruit", "--account", ZELDA.id, "--kind", "friendship", "--on", "2025-01-20"],
    "group": ["group", "--account", ZELDA.id, "--what", "list", "--name", "VIP"],
    "merge": ["merge", OTHERS[0].id, ZELDA.id, "--reason", "says so"],
    "split": ["split", OTHERS[0].id, ZELDA.id, "--reason", "says so"],
}


@pytest.mark.parametrize("what", COMMANDS)
def test_the_command_line_says_that_they_were_forgotten(what: str, without_zelda: Workspace):
    before = typed_rows(without_zelda)
    brand = ["--brand", BRAND] if what in ("note", "log", "fruit") else []
    done = orchard_here(without_zelda.folder, *COMMANDS[what], *brand, "--author", "Mo")
    assert done.returncode == 1 and "nothing is kept about somebody who was forgotten" in done.stderr
    assert typed_rows(without_zelda) == before


def test_the_name_of_somebody_typed_in_is_forgotten_too(workspace: Workspace):
    save(workspace, [said(3, OTHERS[0], "fine")])
    log = ["log", "--new", "Zelda Quux", "--kind", "call", "--direction", "in", "--text", "a"]
    log += ["--author", "Mo", "--brand", BRAND]
    assert orchard_here(workspace.folder, *log).returncode == 0
    forget.forget(workspace, "hand:zelda-quux", "Mo")
    done = orchard_here(workspace.folder, *log)
    assert done.returncode == 1 and "nothing is kept about somebody who was forgotten" in done.stderr
    assert typed_rows(workspace) == 0


def test_a_journal_that_does_not_know_of_the_forgotten_yet_is_told_by_a_refresh(place: Workspace):
    forget.forget(place, ZELDA.id, "Mo")
    place.journal.unlink()  # as one of an earlier Orchard, or one that was lost
    journal.save_note(place, BRAND, OTHERS[0].id, "mornings", "Mo")
    assert not forgotten.knows(place, known := forgotten.read(place))
    assert forget.go_on(place) == [] and forgotten.knows(place, known)
    with pytest.raises(typed.JournalError):
        journal.save_note(place, BRAND, ZELDA.id, "again", "Mo")


def test_what_is_typed_while_somebody_is_forgotten_goes_with_them(place: Workspace, monkeypatch: pytest.MonkeyPatch):
    tell = forgotten.tell_journal

    def typed_before(workspace: Workspace, known: forgotten.Forgotten) -> None:
        monkeypatch.setattr(forgotten, "tell_journal", tell)
        journal.save_note(workspace, BRAND, ZELDA.id, "zanzibar again", "Mo")
        label = {"brand": BRAND, "touch_id": "x:5001", "label": "negative"}
        journal.save_labels(workspace, [label], "Mo", drawn=False)
        tell(workspace, known)

    monkeypatch.setattr(forgotten, "tell_journal", typed_before)
    commands_care.forget_(ZELDA.id, "Mo")
    assert traces(place) == []
    with store.connect(place.journal) as con:
        assert con.execute("select * from label where touch_id = 'x:5001'").fetchall() == []


def test_what_we_said_to_nobody_in_particular_goes_with_whom_it_answers(place: Workspace):
    answer = said(91, None, "dear zanzibar lady, we call you at 555", "out")
    replied = Mapped(answer.record, replace(answer.touch, reply_to="x:5001"))
    save(place, [replied], "e")
    assert forget.forget(place, ZELDA.id, "Mo").touches == 3
    save(place, [replied], "f")
    with store.connect(place.mentions) as con:
        assert con.execute("select touch_id from touch where reply_to = 'x:5001'").fetchall() == []


def test_who_is_left_keeps_the_handle_in_the_lists_that_somebody_forgotten_had_too(place: Workspace):
    (place.folder / "brand.toml").write_text(STILL)
    save(place, [said(30, Account("bluesky:did:plc:z", "bluesky", "zquux"), "hello")], "e")
    chosen = settings.load(place.folder)
    forget.forget(place, ZELDA.id, "Mo")
    publish.relate(place, chosen, ModelFacts("fixed"))
    with store.connect(place.mentions) as con:
        groups = con.execute("select member, what, name from derived.configured_group order by member").fetchall()
    assert groups == [("handle100", "kind", "customer"), ("zquux", "kind", "customer")]


def test_accounts_that_a_file_made_of_the_handle_are_named(place: Workspace, capsys: pytest.CaptureFixture[str]):
    alike = [Account("x:zquux", "x"), Account("x:9", "x", "ZQUUX"), Account("x:8", "x", "zquux2")]
    other = Account("bluesky:zquux", "bluesky", "zquux")
    save(place, [said(30 + number, account, "hello") for number, account in enumerate((*alike, other))], "e")
    commands_care.forget_(ZELDA.id, "Mo")
    line = "the same handle is there in other accounts, which stay: if theirs, forget them too: x:9, x:zquux\n"
    assert line in capsys.readouterr().out
    assert forget.called_alike(place, "x:zquux") == ["x:9"] and forget.called_alike(place, "x:8") == []


def test_raw_records_of_others_name_the_forgotten_no_more(place: Workspace):
    before = {
        "text": "I agree with zquux",
        "replied_author": "@ZQuux",
        "asked": "\t\u00a0zquux\u00a0\n",
        "author_id": 771177,
        "likes": 77117,
        "quoted": 'he said "zquux',
        "people": {"771177": {"username": "zquux"}, "5": {"username": "olaf_n"}},
        "parent": {"uri": "at://x/1", "account": {"acct": "zquux", "display_name": "Zelda Quux"}},
        "mentions": [{"username": " zquux", "name": "Zelda Quux"}, {"username": "olaf_n"}],
        "record": {"id": "771177", "text": "not of them, but a message"},
        "named": ["zquux", "olaf_n", True],
    }
    other = said(30, OTHERS[0], "I agree with zquux")
    save(place, [Mapped(Record(1, before), other.touch)], "e")
    assert forget.forget(place, ZELDA.id, "Mo").records == 1
    with store.connect(place.mentions) as con:
        ((payload,),) = con.execute("select payload from raw where touch_id = 'x:5030'").fetchall()
    assert json.loads(payload) == before | {
        "replied_author": "",
        "asked": "",
        "author_id": "",
        "people": {"5": {"username": "olaf_n"}},
        "parent": {"uri": "at://x/1", "account": {}},
        "mentions": [{}, {"username": "olaf_n"}],
        "record": {"id": "", "text": "not of them, but a message"},
        "named": ["", "olaf_n", True],
    }


def test_no_later_import_brings_the_forgotten_back_by_account_or_by_handle(place: Workspace):
    forget.forget(place, ZELDA.id, "Mo")
    same_handle = Account("x:zquux", "x", "ZQuux", "Zelda Quux")
    for number, account in enumerate((ZELDA, same_handle)):
        assert save(place, [said(40 + number, account, TEXT)], f"later{number}") == (0, [])
    spot = cursors.Place("x", "search", TAMROW)
    page = cursors.Page([], requests=1)
    mapped = cursors.Sorted([said(42, ZELDA, TEXT), said(43, OTHERS[0], "hello again")])
    assert cursors.save_page(place, spot, mapped, page, cursors.Cursor()).stored == 1
    with store.connect(place.mentions) as con:
        assert con.execute("select count(*) from touch where account_id in ('x:771177', 'x:zquux')").fetchall() == [
            (0,)
        ]
        assert con.execute("select count(*) from account where handle ilike 'zquux'").fetchall() == [(0,)]
        assert con.execute("select count(*) from raw where payload::text like '%zanzibar%'").fetchall() == [(0,)]
        hashes = con.execute("select hash from forgotten").fetchall()
    assert len(hashes) == 2 and all(re.fullmatch("[0-9a-f]{64}", each) for (each,) in hashes)


def test_rejects_that_name_the_forgotten_go_too(place: Workspace):
    rejects = [
        Reject(Record(1, {"user": "zquux", "text": "?"}), "no date"),
        Reject(Record(2, {"u": "b", "text": "not zquux, but about zquux"}), "no"),
        Reject(Record(3, {"by": {"id": 771177}}), "no date"),
        Reject(Record(4, {"by": ["@ZQuux"]}), "no date"),
        Reject(Record(5, {"user": " zquux\t"}), "no date"),
        Reject(Record(6, {"user": "\u00a0@ZQuux "}), "no date"),
        Reject(Record(7, {"account": "x:771177"}), "no date"),
    ]
    cursor = FileCursor("g.csv", "g", TAMROW, "mapped", 7, finished=True)
    save_outcomes(place, [], rejects, cursor)
    assert len(read_rejects(place, 9)) == 7
    forget.forget(place, ZELDA.id, "Mo")
    assert [row["row_number"] for row in read_rejects(place, 9).to_pylist()] == [2]
    save_outcomes(place, [], rejects, cursor)  # the same file brings nothing of them back
    assert [row["row_number"] for row in read_rejects(place, 9).to_pylist()] == [2]


def test_somebody_of_whom_there_are_rejects_alone_can_be_forgotten(place: Workspace):
    rejects = [
        Reject(Record(1, {"Body": "a leak", "User": "@Gus"}), "no date"),
        Reject(Record(2, {"Body": "5", "User": "ann"}), "no date"),
    ]
    cursor = FileCursor("g.csv", "g", TAMROW, "mapped", 2, finished=True)
    save_outcomes(place, [], rejects, cursor)
    with pytest.raises(StoreError, match="nothing is stored of this account"):  # a number may be a mistyped one
        forget.forget(place, "file:5", "Mo")
    forget.forget(place, "file:gus", "Mo")
    assert [row["row_number"] for row in read_rejects(place, 9).to_pylist()] == [2]
    save_outcomes(place, [], rejects, cursor)
    assert [row["row_number"] for row in read_rejects(place, 9).to_pylist()] == [2]


def test_accounts_that_were_merged_since_the_last_refresh_are_named(
    place: Workspace, capsys: pytest.CaptureFixture[str]
):
    journal.save_merge(place, OTHERS[0].id, ZELDA.id, "same mail", "Mo")
    journal.save_merge(place, OTHERS[0].id, OTHERS[1].id, "same mail", "Mo")
    commands_care.forget_(ZELDA.id, "Mo")
    both = f"{OTHERS[0].id}, {OTHERS[1].id}"
    assert f"the same person has other accounts, which stay: forget them too: {both}\n" in capsys.readouterr().out


def test_rejects_of_the_forgotten_stay_away_where_nothing_else_of_their_source_is_left(workspace: Workspace):
    rejects = [Reject(Record(1, {"by": {"id": 771177}}), "no date")]
    cursor = FileCursor("g.csv", "g", TAMROW, "mapped", 1, finished=True)
    save_outcomes(workspace, [said(1, ZELDA, TEXT)], rejects, cursor)
    forget.forget(workspace, ZELDA.id, "Mo")
    save_outcomes(workspace, [], rejects, cursor)
    assert len(read_rejects(workspace, 9)) == 0


def test_who_is_not_there_cannot_be_forgotten_and_nobody_without_an_author(place: Workspace):
    with pytest.raises(StoreError, match="nothing is stored of this account"):
        forget.forget(place, "x:1", "Mo")
    with pytest.raises(StoreError, match="author: it is empty"):
        forget.forget(place, ZELDA.id, " ")
    assert "Zelda Quux" in kept(place, place.mentions)


def test_to_ask_a_second_time_does_not_bring_the_name_back(place: Workspace):
    asked = ("forget", ZELDA.id, "--author", "Mo")
    assert orchard_here(place.folder, *asked).returncode == 0
    again = orchard_here(place.folder, *asked)
    assert again.returncode == 1 and "nothing is stored of this account" in again.stderr
    assert "zquux" not in kept(place, place.mentions)


def test_the_last_person_can_be_forgotten(workspace: Workspace):
    save(workspace, [said(1, ZELDA, TEXT)])
    run.refresh(workspace, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    done = orchard_here(workspace.folder, "forget", ZELDA.id, "--author", "Mo")
    assert done.returncode == 0, done.stderr
    assert count(workspace, "touch") == 0


def test_a_copy_of_the_sample_is_the_same_after_a_rewrite(sample: Workspace, tmp_path: Path):
    shutil.copytree(sample.folder, tmp_path / "w")
    place = Workspace(tmp_path / "w")
    before = kept(place, place.mentions)
    store.rewrite(place.mentions)
    assert sorted(kept(place, place.mentions).split("\n")) == sorted(before.split("\n"))


def test_a_published_file_that_is_a_link_leaves_nothing_where_it_leads_to(place: Workspace, tmp_path: Path):
    shown = place.published.rename(tmp_path / "shown.duckdb")
    place.published.symlink_to(shown)
    publish.publish(place, "pseudonymous")
    assert place.published.is_symlink() and b"zquux" not in shown.read_bytes()
    assert count(place, "person") == 9


def test_the_server_listens_on_localhost_unless_told_otherwise():
    import tomllib

    from tests.conftest import ROOT

    assert tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["server"]["address"] == "localhost"
