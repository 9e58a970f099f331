"""Why the index changed: exact sums, honest errors, and who is (not) to blame, in worlds whose truth is known."""

from datetime import datetime, timedelta

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipeline import reads
from pipeline.metrics import why
from pipeline.metrics.build import build
from tests.worlds import keep, ledger, ledger_of

FEBRUARY, MARCH, APRIL = (datetime(2025, month, 1) for month in (2, 3, 4))
WHOLE = ["brand", "weighting", "dimension"]


def explained(con: duckdb.DuckDBPyConnection, groups: list[tuple] = (), topics: list[tuple] = ()) -> pd.DataFrame:
    """Return derived.why; groups are (brand, person, what, name), topics (brand, touch, topic)."""
    con.execute("create table derived.group_member (brand text, person_id text, what text, name text)")
    con.execute("create table derived.topic_of (brand text, touch_id text, topic text)")
    if groups:
        names = ("brand", "person_id", "what", "name")
        keep(con, "group_member", [dict(zip(names, group, strict=True)) for group in groups])
    if topics:
        keep(con, "topic_of", [dict(zip(("brand", "touch_id", "topic"), topic, strict=True)) for topic in topics])
    build(con, "why")
    return con.sql("select * from derived.why").df()


def said(*mentions: tuple) -> duckdb.DuckDBPyConnection:
    """Return a world of (person, in March?, value[, source]), touches t0, t1, ..."""
    rows = [
        {"person_id": m[0], "value": m[2], "happened_at": MARCH if m[1] else FEBRUARY, "source": (*m, "x")[3]}
        for m in mentions
    ]
    return ledger(rows, as_of=APRIL)


def busy(seed: int, many: int = 800) -> tuple[duckdb.DuckDBPyConnection, list, list]:
    """Return a messy world: people come and go, belong to several groups, speak of several topics or of none."""
    chance = np.random.default_rng(seed)
    late = chance.uniform(size=many) < 0.55
    person = np.where(late, 60, 0) + chance.integers(0, 140, many)
    columns = {
        "person_id": [f"p{i}" for i in person],
        "value": chance.normal(np.where(late, 0.1, 0.3), 0.5),
        "happened_at": [(MARCH if later else FEBRUARY) + timedelta(days=int(chance.integers(0, 28))) for later in late],
        "source": np.where(late, *np.array([["x", "new"], ["x", "old"]])[:, chance.integers(0, 2, many)]),
    }
    con = ledger_of(columns, as_of=APRIL)
    groups = [
        ("b", f"p{i}", what, name)
        for i in range(200)
        for what, names in (("kind", "cpf"), ("list", "uvw"))
        for name in names
        if chance.uniform() < 0.3
    ]
    topics = [
        ("b", f"t{i}", topic)
        for i in range(many)
        for topic in ("price", "delivery", "fresh" if late[i] else "gone")
        if chance.uniform() < 0.4
    ]
    return con, groups, topics


def test_every_dimension_sums_exactly_to_the_change():
    found = explained(*busy(1))
    rows = found.groupby(WHOLE).agg(sum=("contribution", "sum"), change=("change", "first"))
    assert set(found["dimension"]) == {"people", "person", "source", "kind", "list", "topic"}
    assert len(rows) == 12
    assert abs(rows["sum"] - rows["change"]).max() < 1e-9
    for dimension in ("people", "person", "source", "topic"):
        assert set(found[found["dimension"] == dimension]["part"]) == {"within", "mix", "newcomer", "leaver"}
    assert {"other", "price", "delivery", "fresh", "gone"} == set(found[found["dimension"] == "topic"]["key"])


def test_the_change_is_that_of_the_index():
    con, groups, topics = busy(2)
    found = explained(con, groups, topics)
    build(con, "brand_index")
    levels = con.execute("select weighting, period, estimate from derived.brand_index where grain = 'month'").fetchall()
    index = {(weighting, period.month): estimate for weighting, period, estimate in levels}
    for weighting, change in found.groupby("weighting")["change"].first().items():
        assert change == pytest.approx(index[weighting, 3] - index[weighting, 2], abs=1e-12)


def test_shares_of_a_dimension_sum_to_one_and_with_their_means_to_the_levels():
    found = explained(*busy(3))
    one = found[~found["part"].eq("mix")].groupby(WHOLE)[["share_before", "share"]].sum()
    assert np.allclose(one, 1)
    found["level"] = found["share"] * found["mean"]
    levels = found[~found["part"].eq("mix")].groupby(WHOLE)["level"].sum()
    assert levels.groupby("weighting").agg(np.ptp).max() < 1e-9


def test_a_small_world_equals_the_formulae_computed_by_hand():
    found = explained(
        said(("stay", 0, 0.4), ("stay", 1, 0.1), ("stay", 1, -0.1), ("gone", 0, 0.8), ("new", 1, 0.5)),
        topics=[("b", "t1", "price"), ("b", "t1", "fit"), ("b", "t2", "price"), ("b", "t4", "fit"), ("b", "t0", "fit")],
    )
    by = {(r.weighting, r.dimension, r.part, r.key): r.contribution for r in found.fillna({"key": ""}).itertuples()}
    # by people: .6 -> .25; who stayed .4 -> 0
    assert by["person", "people", "within", ""] == pytest.approx(-0.4)
    assert by["person", "people", "mix", ""] == pytest.approx(0)
    assert by["person", "people", "newcomer", ""] == pytest.approx(0.5 * (0.5 - 0))
    assert by["person", "people", "leaver", ""] == pytest.approx(0.5 * (0.4 - 0.8))
    assert by["person", "person", "newcomer", "new"] == pytest.approx(0.5 * (0.5 - 0.425))
    assert by["person", "person", "leaver", "gone"] == pytest.approx(-0.5 * (0.8 - 0.425))
    assert by["person", "person", "within", "stay"] == pytest.approx(0.5 * -0.4)
    # by posts: .6 -> 1/6; topics: fit from .4 (a half) to (.5 * .1 + .5) / 1.5 (a half), price comes, none leaves
    middle = (0.6 + 1 / 6) / 2
    assert by["post", "topic", "within", "fit"] == pytest.approx(0.5 * (0.55 / 1.5 - 0.4))
    assert by["post", "topic", "mix", "fit"] == pytest.approx(0)
    assert by["post", "topic", "newcomer", "price"] == pytest.approx(0.5 * ((0.05 - 0.1) / 1.5 - middle))
    assert by["post", "topic", "leaver", "other"] == pytest.approx(-0.5 * (0.8 - middle))


def falling(seed: int = 4) -> tuple[duckdb.DuckDBPyConnection, None, None]:
    """Return a world where everybody's mood falls by .2, and newcomers feel as those who stayed do."""
    chance = np.random.default_rng(seed)
    feeling = chance.normal(0.3, 0.3, 3000)
    rows = [(f"p{i}", 0, v + chance.normal(0, 0.1)) for i, v in enumerate(feeling[:2000])]
    rows += [(f"p{i}", 1, v - 0.2 + chance.normal(0, 0.1)) for i, v in enumerate(feeling) if i >= 1000]
    return said(*rows)


def test_where_everybodys_mood_falls_the_headline_blames_nobody_who_came_but_those_who_stayed():
    found = explained(falling())
    person = found[found["weighting"] == "person"]
    headline = person[person["dimension"] == "people"].set_index("part")["contribution"]
    one_by_one = person[person["dimension"] == "person"].groupby("part")["contribution"].sum()
    assert headline["within"] == pytest.approx(-0.2, abs=0.02)
    assert abs(headline["newcomer"]) < 0.02 and abs(headline["leaver"]) < 0.02
    assert (
        one_by_one["newcomer"] < -0.04 and one_by_one["leaver"] < -0.04
    )  # compared with both periods, they look guilty


def test_where_nobody_stayed_the_change_still_sums():
    found = explained(said(("a", 0, 0.2), ("b", 0, 0.4), ("c", 1, -0.1), ("d", 1, 0.3)))
    headline = found[found["dimension"] == "people"]
    assert set(headline["part"]) == {"newcomer", "leaver"}
    assert headline.groupby("weighting")["contribution"].sum().tolist() == pytest.approx([-0.2, -0.2])


def test_the_errors_are_those_of_worlds_repeated():
    chance = np.random.default_rng(6)
    worlds, people = 150, 120
    brand, person, late, source, value = [], [], [], [], []
    for world in range(worlds):
        feeling = chance.normal(0.2, 0.35, people)
        loud = 1 + chance.geometric(0.6, people)
        for i in range(people):
            for later in (False, True):
                for _ in range(int(loud[i] + chance.integers(0, 2)) if chance.uniform() < 0.6 else 0):
                    from_x = chance.uniform() < (0.5 if later else 0.7)
                    brand.append(f"w{world:03}")
                    person.append(f"p{i}")
                    late.append(later)
                    source.append("x" if from_x else "y")
                    value.append(feeling[i] + (0.2 if from_x else -0.2) - 0.1 * later + chance.normal(0, 0.4))
    when = [MARCH if later else FEBRUARY for later in late]
    columns = {"brand": brand, "person_id": person, "happened_at": when, "source": source, "value": value}
    found = explained(ledger_of(columns, as_of=APRIL))
    rows = found[found["dimension"].isin(["people", "source"])].fillna({"key": ""})
    found = rows.groupby([*WHOLE[1:], "key", "part"]).agg(sd=("contribution", "std"), se=("se", "mean"))
    found = found[found["sd"] > 1e-9]  # the mix of those who stay is 0 where each has one voice
    assert len(found) == 15
    assert (found["se"] / found["sd"]).between(0.8, 1.25).all()
    changes = rows.groupby(["brand", "weighting"])[["change", "se_change"]].first().groupby("weighting")
    assert (changes["se_change"].mean() / changes["change"].std()).between(0.85, 1.18).all()


def test_one_person_alone_gives_a_change_but_no_error():
    found = explained(said(("a", 0, 0.2), ("a", 1, 0.4)))
    headline = found[(found["dimension"] == "people") & (found["part"] == "within")]
    assert headline["contribution"].tolist() == pytest.approx([0.2, 0.2])
    assert found["se"].isna().all() and found["se_change"].isna().all()


def test_where_one_person_alone_is_a_side_the_change_has_no_error():
    con = said(("a", 0, 0.2), ("b", 0, 0.4), ("c", 0, -0.1), ("d", 0, 0.3), ("e", 1, 0.6))
    assert explained(con)["change"].between(0.39, 0.41).all()
    assert con.execute("select count(se), count(se_change) from derived.why").fetchall() == [(0, 0)]


@pytest.mark.parametrize(("people", "loud"), [(8, 1), (20, 2)])
def test_the_errors_of_a_change_count_few_loud_people_for_fewer(people: int, loud: int):
    """Nothing changes here: other people speak before and after, one or two of them sixty times."""
    chance, worlds = np.random.default_rng(people), 40
    posts = np.tile(np.where(np.arange(people) < loud, 60, 1), 2)
    covered = {"person": [], "post": []}
    for _ in range(worlds):
        value = chance.normal(0, 0.5, 2 * people) + chance.normal(0, 0.6, 2 * people) / np.sqrt(posts)
        who = np.arange(2 * people)
        facts = {"person_id": who.astype(str), "key": who.astype(str), "recent": who >= people, "mentions": posts}
        facts |= {"weight": posts.astype(float), "total": posts * value}
        rows = pd.DataFrame(facts | {"brand": "b", "dimension": "person"})
        found = why.finish(pa.Table.from_pandas(rows)).to_pandas().groupby("weighting")[["change", "se_change"]].first()
        for weighting, row in found.iterrows():
            covered[weighting].append(abs(row["change"]) <= 1.645 * row["se_change"])
    assert np.mean(covered["post"]) >= 0.86 and np.mean(covered["person"]) >= 0.82


@pytest.mark.parametrize("mentions", [[("a", 1, 0.2)], [("a", 0, 0.2)]])
def test_a_brand_that_was_not_heard_in_both_months_has_no_why(mentions: list):
    con = said(*mentions)
    assert explained(con).empty
    build(con, "loudest")


def published(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return the world with its tables where reads look for them."""
    con.execute("attach ':memory:' as pub")
    for name, found in (("touch", "ledger"), ("group_member", "group_member"), ("topic_of", "topic_of")):
        con.execute(f"create table pub.{name} as select * from derived.{found}")
    return con


def test_the_question_of_any_two_periods_is_the_one_of_the_last_two_months():
    con, groups, topics = busy(7)
    found = explained(con, groups, topics)
    start = MARCH - timedelta(days=28)
    assert start == FEBRUARY  # so that the equal period before 28 days of March is February
    cells = reads.frame(
        published(con), "why", brand="b", before=FEBRUARY, start=MARCH, until=MARCH + timedelta(days=28)
    )
    asked = why.finish(pa.Table.from_pandas(cells)).to_pandas()
    pd.testing.assert_frame_equal(asked, found)


def test_the_top_and_all_others_sum_to_the_same():
    found = explained(*busy(8))
    short = why.top(found, 3)
    person = short[(short["dimension"] == "person") & (short["weighting"] == "person")]
    net = (
        found[(found["dimension"] == "person") & (found["weighting"] == "person")].groupby("key")["contribution"].sum()
    )
    assert set(person["key"]) == {*net.nlargest(3).index, *net.nsmallest(3).index, "all others"}
    for columns in ("contribution", "share"):
        whole = found[found["part"] != "mix"] if columns == "share" else found
        left = short[short["part"] != "mix"] if columns == "share" else short
        pd.testing.assert_series_equal(whole.groupby(WHOLE)[columns].sum(), left.groupby(WHOLE)[columns].sum())


# --- without the loudest ---


def test_the_loudest_are_left_out_one_at_a_time():
    rows = [(f"p{i}", later, 0.1 * (i % 4)) for i in range(30) for later in (0, 1)]
    angry = [("angry", 1, -1.0)] * 200
    con = said(*rows, *angry)
    build(con, "loudest")
    found = con.sql("select * from derived.loudest").df().set_index(["weighting", "rank"])
    without, everybody = said(*rows), said(*rows, *angry)
    for world in (without, everybody):
        build(world, "brand_index")
    ask = "select weighting, estimate from derived.brand_index where grain = 'month' and period = '2025-03-01'"
    for weighting in ("person", "post"):
        first = found.loc[weighting, 1]
        level, calm = (dict(world.execute(ask).fetchall())[weighting] for world in (everybody, without))
        assert first["person_id"] == "angry" and first["mentions"] == 200
        assert first["level"] == pytest.approx(level) and first["level_without"] == pytest.approx(calm)
        assert first["change"] < -0.01 and first["change_without"] == pytest.approx(0)
    assert found.loc["post", 1]["change"] < -0.9 and found.loc["person", 1]["change"] > -0.05
    assert len(found) == 6


def test_who_spoke_alone_is_the_loudest_of_all():
    con = said(("a", 0, 0.1), ("b", 0, 0.9), ("a", 1, 0.3))
    build(con, "loudest")
    row = con.execute(
        "select person_id, level, level_without, change_without from derived.loudest where rank = 1"
    ).fetchall()
    assert row == [("a", 0.3, None, None)] * 2


def test_a_period_of_ones_own_choice_has_its_loudest_too():
    con = said(("a", 0, 0.1), ("b", 0, 0.9), ("c", 0, 0.2), ("a", 1, 0.3), ("b", 1, 0.4), ("c", 1, 0.2))
    explained(con)
    found = reads.frame(
        published(con), "loudest", brand="b", before=FEBRUARY, start=MARCH, until=MARCH + timedelta(days=28)
    )
    first = found[found["weighting"] == "person"].iloc[0]
    assert first["person_id"] == "b" and first["change_without"] == pytest.approx(0.1)
