"""Topics, phrases and share of voice: planted ones are found, stay what they are, and sum to what they should."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from models import embed
from models.int8 import read_ranges
from models.onnx import OnnxRunner
from pipeline import file_imports, keyness, run, settings, store, topics, vectors, words
from pipeline.contents import read_metric
from pipeline.metrics.build import build
from pipeline.publish import ModelFacts
from pipeline.store import Workspace
from tests.conftest import ROOT
from tests.worlds import START, keep, ledger, student, table

ABOUT = {
    "delivery": "parcel courier delivery late doorstep tracking depot",
    "billing": "invoice charged card refund bill account twice",
    "coffee": "espresso roast beans aroma cup flavour barista",
    "website": "login page website browser password checkout crash",
}
SOUNDS = ("please", "really", "just", "again", "today", "because", "about", "they", "when")


def said(chance: np.random.Generator, topic: str) -> str:
    spoken = [*chance.choice(ABOUT[topic].split(), 5, replace=False), *chance.choice(SOUNDS, 3, replace=False)]
    return " ".join(chance.permutation(spoken).tolist())


class Words:
    """Stands for the embedder: the mean of a fixed vector for each word, those that say nothing left out."""

    def __init__(self) -> None:
        self.read = 0

    def vectors(self, texts: Sequence[str], names: Sequence[str], progress: vectors.Tick) -> topics.Vectors:
        self.read += len(texts)
        progress(len(texts))
        found = np.stack([np.sum([self.vector(w) for w in text.split() if w not in SOUNDS], 0) for text in texts])
        return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)

    def vector(self, word: str) -> np.ndarray:
        return np.random.default_rng(list(word.encode())).normal(size=64)


class Fixed:
    """Stands for the sentiment model: always neutral."""

    version = "fixed"

    def unread(self, texts: list[str]) -> list[str | None]:
        return [None] * len(texts)

    def predict(self, texts: list[str], *_: Any) -> np.ndarray:
        return np.tile(np.array([[0.2, 0.6, 0.2]], np.float32), (len(texts), 1))

    def doubtful(self, probabilities: np.ndarray, *_: Any) -> np.ndarray:
        return np.zeros(len(probabilities), bool)

    def inputs(self, texts: list[str], *_: Any) -> list[str]:
        return texts


def shop(place: Workspace, texts: Sequence[str], name: str = "a") -> None:
    """Import mentions of a brand "shop", three by each account, an hour apart."""
    place.folder.mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps(
            {
                "id": f"{name}{i}",
                "brand": "shop",
                "source": "x",
                "account": {"id": f"{name}{i // 3}", "source": "x", "kind": "person"},
                "direction": "in",
                "kind": "mention",
                "at": (START + timedelta(hours=i)).isoformat(),
                "public": True,
                "addressed": True,
                "text": text,
            }
        )
        for i, text in enumerate(texts)
    ]
    file = place.folder / f"{name}.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    counts = file_imports.import_file(place, file, settings.Settings().find_brand("shop"))
    assert counts.stored == len(texts)


def refresh(place: Workspace, embedder: vectors.Embedder) -> list[str]:
    """Score and place, as a refresh does before it computes the numbers."""
    run.score(place, settings.Settings(), Fixed())
    brand = settings.Settings().find_brand("shop")
    stage = topics.Stage(place, vectors.Reader("words", lambda: embedder), "fixed", (), (), lambda done: None)
    return list(topics.place(stage, [brand]))


def facts(place: Workspace) -> dict[str, list[tuple]]:
    with store.connect(place.mentions) as con:
        return {
            name: con.execute(f"select * from {name} order by all").fetchall() for name in ("cluster", "cluster_of")
        }


def topic_by_text(place: Workspace, **chosen: Any) -> list[tuple[str, str]]:
    with store.connect(place.mentions) as con:
        con.execute("create or replace table derived.ledger as select * from touch")
        keep(con, "configured_topic", settings.Settings(topics=chosen).topic_words())
        build(con, "topic_of")
        return con.execute("select text, topic from derived.topic_of join touch using (touch_id, brand)").fetchall()


def planted(seed: int, many: int, names: Sequence[str] = tuple(ABOUT)) -> list[str]:
    chance = np.random.default_rng(seed)
    return [said(chance, names[i % len(names)]) for i in range(many)]


def truth(text: str) -> str:
    return next(name for name, spoken in ABOUT.items() if set(spoken.split()) & set(text.split()))


def test_planted_topics_are_found_and_named_by_their_words(workspace: Workspace):
    shop(workspace, planted(1, 400))
    (line,) = refresh(workspace, Words())
    assert line in ("shop: 400 mentions placed, 4 new topics", "shop: 400 mentions placed, 5 new topics")
    found = Counter((truth(text), topic) for text, topic in topic_by_text(workspace))
    for topic in {topic for _, topic in found}:
        shares = {name: many for (name, of), many in found.items() if of == topic}
        best = max(shares, key=shares.__getitem__)
        assert shares[best] >= 0.97 * sum(shares.values())
        assert set(words.words(topic)) <= set(ABOUT[best].split())
    assert {name for name, _ in found} == set(ABOUT)


def test_a_second_refresh_changes_nothing_and_does_not_load_the_model(workspace: Workspace):
    shop(workspace, planted(1, 300))
    refresh(workspace, Words())
    before, embedder = facts(workspace), Words()
    refresh(workspace, embedder)
    assert facts(workspace) == before
    assert embedder.read == 0


def test_topics_and_names_stay_when_mentions_come_and_only_those_are_read(workspace: Workspace):
    shop(workspace, planted(1, 300))
    refresh(workspace, Words())
    before, embedder = facts(workspace), Words()
    shop(workspace, planted(2, 150), name="b")
    refresh(workspace, embedder)
    after = facts(workspace)
    assert after["cluster"] == before["cluster"]
    assert set(before["cluster_of"]) <= set(after["cluster_of"]) and len(after["cluster_of"]) == 450
    assert embedder.read == 150


def test_a_topic_that_comes_up_later_is_added_and_the_old_ones_stay(workspace: Workspace):
    old, new = ("delivery", "billing", "coffee"), ("website",)
    shop(workspace, planted(1, 300, old))
    refresh(workspace, Words())
    names = {row[2] for row in facts(workspace)["cluster"]}
    shop(workspace, planted(2, 150, new), name="b")
    refresh(workspace, Words())
    assert {row[2] for row in facts(workspace)["cluster"]} == names  # 150 of none are not enough to look again
    shop(workspace, planted(3, 120, new), name="c")
    assert any(line.endswith(", 1 new topics") for line in refresh(workspace, Words()))
    (added,) = {row[2] for row in facts(workspace)["cluster"]} - names
    assert {truth(text) for text, topic in topic_by_text(workspace) if topic == added} == {"website"}
    assert sum(topic == added for _, topic in topic_by_text(workspace)) > 260  # those from before, too
    before = facts(workspace)
    refresh(workspace, Words())
    assert facts(workspace) == before


def test_what_was_cut_off_is_taken_up_and_ends_as_if_it_had_not_been(workspace: Workspace, tmp_path: Path):
    class Broken(Words):
        def vectors(self, texts: Sequence[str], names: Sequence[str], progress: vectors.Tick) -> topics.Vectors:
            if self.read >= limit:
                raise RuntimeError("the machine went away")
            return super().vectors(texts, names, progress)

    whole = Workspace(tmp_path / "whole")
    chance = np.random.default_rng(4)
    texts = planted(1, 300) + [" ".join(map(str, chance.integers(0, 10**6, 4))) for _ in range(40)]
    for place in (workspace, whole):
        shop(place, texts)
    for limit in (0, 1):
        with pytest.raises(RuntimeError, match="went away"):
            shop_more = [text + " late" for text in planted(9, 30)]
            if limit:
                refresh(workspace, Words())
                shop(workspace, shop_more, name="b")
                limit = 0
            refresh(workspace, Broken())
    refresh(workspace, Words())
    refresh(whole, Words())
    shop(whole, shop_more, name="b")
    refresh(whole, Words())
    assert [row[:-1] for row in facts(workspace)["cluster_of"]] == [row[:-1] for row in facts(whole)["cluster_of"]]


def test_few_mentions_have_no_topics_and_refresh_says_so(workspace: Workspace):
    shop(workspace, planted(1, 50))
    assert refresh(workspace, Words()) == ["shop: 50 mentions, topics need 200"]
    assert topic_by_text(workspace) == []


def test_one_loud_account_makes_no_topic(workspace: Workspace):
    shop(workspace, planted(1, 300, ("delivery", "billing", "coffee")))
    with store.connect(workspace.mentions) as con:
        con.execute("update touch set account_id = 'x:a0' where account_id < 'x:a3'")  # a third of all, by one
    refresh(workspace, Words())
    sample = topics.read_sample(
        topics.Stage(workspace, vectors.Reader("new", Words), "fixed", (), (), lambda done: None), "shop", later=False
    )
    assert max(Counter(text.account for text in sample).values()) == topics.OF_ONE


def test_topics_of_the_company_win_and_a_mention_may_have_several(workspace: Workspace):
    shop(workspace, [*planted(1, 280), "Please: the INVOICE came with my parcel"])
    refresh(workspace, Words())
    by = topic_by_text(workspace, phrases={"money": ["invoice", "charged"], "post": ["parcel"]})
    assert {topic for text, topic in by if text.startswith("Please: the")} == {"money", "post"}
    for text, topic in by:
        spoken = set(text.split())
        assert (topic == "money") <= bool(spoken & {"invoice", "charged", "INVOICE"})
        if spoken & {"invoice", "charged"}:
            assert topic == "money" or "parcel" in spoken


def test_a_topic_is_renamed_joined_and_dissolved(workspace: Workspace):
    shop(workspace, planted(1, 300))
    refresh(workspace, Words())
    one, two, three, *_ = sorted({topic for _, topic in topic_by_text(workspace)} - {"other"})
    before = Counter(topic for _, topic in topic_by_text(workspace))
    rename = {one: "Post", two: "Post", three: "other"}
    after = Counter(topic for _, topic in topic_by_text(workspace, rename=rename))
    assert after["Post"] == before[one] + before[two]
    assert after["other"] == before["other"] + before[three]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[topics]\nphrase = {}", "topics.phrase: unknown; allowed here: ignore, phrases, rename"),
        ("[topics.phrases]\npost = []", "topics.phrases: .*'post' needs phrases"),
        ("[topics.phrases]\npost = ['!?']", "topics.phrases: .*'post' needs phrases"),
        ("[topics.rename]\npost = ' '", "topics.rename: .*new name of 'post' is empty"),
    ],
)
def test_wrong_topic_settings_are_named(tmp_path: Path, text: str, message: str):
    (tmp_path / "brand.toml").write_text(text)
    with pytest.raises(settings.SettingsError, match=message):
        settings.load(tmp_path)


def world(
    rows: list[dict], placed: dict[str, str | None] | None = None, **configured: Any
) -> duckdb.DuckDBPyConnection:
    """Return a ledger with topics that were found: touch -> topic."""
    con = ledger(rows, **configured.pop("numbers", {}))
    schema = ROOT / "pipeline" / "schema" / "mentions" / "005_topics.sql"
    con.execute(schema.read_text(encoding="utf-8"))
    brand = {"key": "b", "name": "Bean & Co", "handles": ["beanco"]}
    keep(con, "configured_topic", settings.Settings(brand=brand, topics=configured).topic_words())
    if placed:
        con.execute("insert into cluster_look values ('b', 'm', 0, '2026-01-01')")
        con.register("placed", pa.table({"touch_id": list(placed), "topic": list(placed.values())}))
        con.execute("insert into cluster_of select touch_id, 'b', 'm', topic, 0.9, '2026-01-01' from placed")
    return con


def messy(seed: int) -> tuple[list[dict], dict[str, str | None]]:
    """Return mentions of loud and quiet people over three months, and their topics."""
    chance = np.random.default_rng(seed)
    rows, placed = [], {}
    for i in range(150):
        for _ in range(int(min(40, chance.pareto(1.2) + 1))):
            touch = f"t{len(rows)}"
            placed[touch] = [None, "post", "bill"][int(chance.integers(3))]
            day = START + timedelta(days=float(chance.uniform(0, 80)))
            text = str(chance.choice(["the late van", "a late bill, twice", "nothing of it"]))
            feeling = chance.normal(-0.3 if placed[touch] == "bill" else 0.2, 0.4)
            rows.append({"person_id": f"p{i}", "value": feeling, "happened_at": day, "text": text, "touch_id": touch})
    return rows, placed


def test_shares_sum_to_one_and_share_times_feeling_to_the_index():
    rows, placed = messy(1)
    calls = [{"person_id": f"p{i}", "kind": "call", "value": 0.8, "happened_at": START, "text": ""} for i in range(9)]
    con = world([*rows, *calls], placed, phrases={"lateness": ["late"], "twice": ["twice"]})
    for name in ("topic_of", "topic", "brand_index"):
        build(con, name)
    found = con.execute(
        """
        select i.estimate, sum(t.share), sum(t.share_of_mentions), sum(t.share * t.feeling), count(*)
        from derived.topic t
        join derived.brand_index i on i.brand = t.brand and i.period = t.month
        where i.grain = 'month' and i.weighting = 'person'
        group by all
        """
    ).fetchall()
    assert len(found) == 3
    for index, share, posts, product, many in found:
        assert (share, posts, product, many) == (
            pytest.approx(1, abs=1e-12),
            pytest.approx(1, abs=1e-12),
            pytest.approx(index, abs=1e-12),
            5,
        )


def test_a_topics_feeling_and_error_equal_the_formula_computed_by_hand():
    values = {"a": [("x", 0.2), ("x", 0.4), ("y", 0.0)], "b": [("x", -0.5)], "c": [("y", 0.9), ("x", 0.7)]}
    rows, placed = [], {}
    for person, spoken in values.items():
        for topic, value in spoken:
            placed[f"t{len(rows)}"] = topic
            rows.append({"person_id": person, "value": value, "happened_at": START, "touch_id": f"t{len(rows)}"})
    con = world(rows, placed)
    build(con, "topic_of")
    build(con, "topic")
    x = next(row for row in table(con, "topic") if row["topic"] == "x")
    w, m = np.array([2 / 3, 1, 1 / 2]), np.array([0.3, -0.5, 0.7])
    feeling = (w * m).sum() / w.sum()
    without = np.array([np.average(np.delete(m, i), weights=np.delete(w, i)) for i in range(3)])
    se = student(w.sum() ** 2 / (w**2).sum()) * np.sqrt(2 / 3 * ((without - feeling) ** 2).sum())
    assert (x["mentions"], x["people"], x["few"]) == (4, 3, True)
    assert (x["share"], x["share_of_mentions"]) == pytest.approx((w.sum() / 3, 4 / 6))
    assert (x["feeling"], x["se"]) == pytest.approx((feeling, se))


def test_the_band_of_a_topics_feeling_covers_where_some_are_loud():
    covered = []
    for seed in range(40):
        chance = np.random.default_rng(seed)
        rows, placed = [], {}
        for i in range(120):
            feeling = chance.normal(0.1, 0.35)
            for _ in range(int(min(40, chance.pareto(1.2) + 1))):
                placed[f"t{len(rows)}"] = "x" if chance.random() < 0.5 else "y"
                value = chance.normal(feeling, 0.3)
                rows.append({"person_id": f"p{i}", "value": value, "happened_at": START, "touch_id": f"t{len(rows)}"})
        con = world(rows, placed)
        build(con, "topic_of")
        build(con, "topic")
        covered += [row["low"] <= 0.1 <= row["high"] for row in table(con, "topic")]
    assert 0.84 <= np.mean(covered) <= 0.95


def test_without_topics_or_mentions_there_are_no_rows_and_no_error():
    nobody = ledger([{"person_id": "p", "value": 0.1, "happened_at": START}])
    nobody.execute("delete from derived.ledger")
    one = world([{"person_id": "p", "value": 0.1, "happened_at": START}])
    for con in (one, world([{"person_id": "p", "value": None, "counts": False, "happened_at": START, "text": ""}])):
        for name in ("topic_of", "topic", "phrase", "share_of_voice"):
            build(con, name)
            assert table(con, name) == []


def spoken(seed: int, people: int = 400) -> list[dict]:
    """Return a year of talk about beans, and then a month in which a fifth of all complain of an oat milk leak."""
    chance = np.random.default_rng(seed)
    rows = []
    for i in range(people):
        recent = i % 2 == 0
        day = datetime(2026, 5, 3) if recent else datetime(2025, 6, 1) + timedelta(days=int(chance.integers(0, 330)))
        text = "@beanco the Bean &amp; Co " + " ".join(chance.choice(ABOUT["coffee"].split(), 4).tolist())
        if recent and i % 10 == 0:
            text += ", my oat milk carton leaked"
        rows.append({"person_id": f"p{i}", "value": 0.0, "happened_at": day, "text": text})
    loud = {"person_id": "loud", "value": 0.0, "happened_at": datetime(2026, 5, 4), "text": "Buy crypto coins"}
    return rows + [loud] * 300


def test_phrases_that_more_people_use_are_found_and_one_loud_person_is_one():
    con = world(spoken(1), ignore=["carton"])
    con.execute("update derived.setting set as_of = '2026-06-10'")
    build(con, "phrase")
    found = table(con, "phrase")
    assert {row["month"] for row in found} == {date(2026, 5, 1)}
    assert {row["phrase"] for row in found} == {"oat milk", "milk carton leaked"}
    best = max(found, key=lambda row: row["g2"])
    assert (best["people"], best["people_before"]) == (40, 0)


def test_a_text_as_long_as_a_book_costs_its_phrases_no_more_memory_than_others():
    book = "oat milk is here " + " ".join(f"word{i}" for i in range(60_000))
    rows = [row | {"text": book} if row["person_id"] == "p0" else row for row in spoken(1)]
    con = world(rows, ignore=["carton"])
    con.execute("update derived.setting set as_of = '2026-06-10'")
    con.execute("set memory_limit = '400MB'")
    build(con, "phrase")
    assert {row["phrase"] for row in table(con, "phrase")} == {"oat milk", "milk carton leaked"}


def test_a_number_with_letters_is_a_word_in_python_and_in_sql():
    assert words.words("By the 17th of 2026: 2x10 planks, 5G.") == ["by", "the", "17th", "of", "2x10", "planks", "5g"]
    rows = [row | {"text": row["text"].replace("oat milk", "5g milk")} for row in spoken(1)]
    con = world(rows, ignore=["carton"])
    con.execute("update derived.setting set as_of = '2026-06-10'")
    build(con, "phrase")
    assert {row["phrase"] for row in table(con, "phrase")} == {"5g milk", "milk carton leaked"}


def test_keyness_in_sql_equals_that_in_python_and_dunnings_sums():
    con = world(spoken(2))
    con.execute("update derived.setting set as_of = '2026-06-10'")
    build(con, "phrase")
    for row in table(con, "phrase"):
        a, b, n, m = row["people"], row["people_before"], 201, 200
        expected = keyness.keyness(np.array([a]), np.array([b]), n, m)
        counts = np.array([[a, n - a], [b, m - b]], float)
        even = counts.sum(1, keepdims=True) * counts.sum(0) / counts.sum()
        by_hand = 2 * (counts[counts > 0] * np.log(counts[counts > 0] / even[counts > 0])).sum()
        assert row["g2"] == pytest.approx(expected[0]) == pytest.approx(by_hand)


def test_in_a_year_without_news_there_are_hardly_any_phrases():
    found = []
    for seed in range(10):
        rows = [row for row in spoken(seed) if "leaked" not in row["text"] and row["person_id"] != "loud"]
        con = world(rows)
        con.execute("update derived.setting set as_of = '2026-06-10'")
        build(con, "phrase")
        found.append(len(table(con, "phrase")))
    assert np.mean(found) <= 0.5


def spoken_of_two(seed: int, share: float = 0.6, people: int = 300) -> Iterator[dict]:
    """Yield two months of two brands: b is heard in ``share`` of the mentions, some are loud, some speak of both."""
    chance = np.random.default_rng(seed)
    for i in range(people):
        own = chance.beta(share * 4, (1 - share) * 4)
        for _ in range(int(min(50, chance.pareto(1.05) + 1))):
            brand = "b" if chance.random() < own else "c"
            yield {
                "brand": brand,
                "person_id": f"{brand}{seed}-{i}",
                "account_id": f"x:{seed}-{i}",
                "value": chance.normal(0.2 if brand == "b" else -0.1, 0.3),
                "happened_at": START + timedelta(days=float(chance.uniform(0, 50))),
            }


def test_shares_of_voice_sum_to_one_on_every_panel():
    con = ledger(spoken_of_two(1))
    build(con, "share_of_voice")
    sums = con.execute("select panel, month, sum(share) from derived.share_of_voice group by all").fetchall()
    assert {panel for panel, _, _ in sums} == {"all", "people", "sources"}
    assert all(total == pytest.approx(1, abs=1e-12) for _, _, total in sums)


def test_the_interval_of_a_share_covers_where_a_naive_one_would_not():
    rows = []
    for seed in range(70):  # each a month of its own
        month = datetime(2010 + seed // 12, 1 + seed % 12, 1)
        for row in spoken_of_two(seed):
            after = row["happened_at"] - START
            rows += [row | {"happened_at": month + after}] if after < timedelta(days=28) else []
    con = ledger(rows)
    build(con, "share_of_voice")
    months = [row for row in table(con, "share_of_voice") if (row["panel"], row["brand"]) == ("all", "b")]
    share, n = np.array([(row["share"], row["mentions"] / row["share"]) for row in months]).T
    covered = np.mean([row["low"] <= 0.6 <= row["high"] for row in months])
    naive = np.abs(share - 0.6) <= 1.645 * np.sqrt(share * (1 - share) / n)
    assert len(months) == 70 and 0.84 <= covered <= 0.96
    assert naive.mean() < 0.75


def loud(chance: np.random.Generator) -> np.ndarray:
    """Return how often each of twelve people speaks, some of them far more often than others."""
    return np.ceil(np.exp(chance.normal(0, 1.5, 12))).astype(int)


def dominated(chance: np.random.Generator) -> np.ndarray:
    """Return how often each of forty people speaks, one of them as often as all the others together."""
    others = 1 + chance.poisson(0.5, 39)
    return np.append(others, others.sum())


@pytest.mark.parametrize("speak", [loud, dominated])  # a linearised error covers .92 and .85
def test_the_interval_of_a_share_covers_where_few_are_loud(speak: Callable[[np.random.Generator], np.ndarray]):
    chance, rows = np.random.default_rng(6), []
    for month in range(250):
        for i, many in enumerate(speak(chance)):
            leaning = chance.beta(1, 2 / 3)  # the share of `b` in what this person says: .6 on average
            for brand in np.where(chance.random(many) < leaning, "b", "c").tolist():
                account, at = f"{month}-{i}", datetime(1990 + month // 12, 1 + month % 12, 10)
                rows.append(
                    {"brand": brand, "account_id": account, "person_id": f"{brand}{account}", "happened_at": at}
                )
    con = ledger(rows)
    build(con, "share_of_voice")
    shares = [row for row in table(con, "share_of_voice") if (row["panel"], row["brand"]) == ("all", "b")]
    covered = np.mean([row["low"] <= 0.6 <= row["high"] for row in shares])
    assert len(shares) == 250 and 0.9 <= covered <= 0.98


def mention(brand: str, account: str, month: int, source: str = "x", value: float = 0.0) -> dict:
    return {
        "brand": brand,
        "account_id": account,
        "person_id": f"{brand}{account}",
        "source": source,
        "value": value,
        "happened_at": datetime(2025, month, 10),
    }


def test_panels_hold_the_sources_that_brought_every_brand_and_the_people_who_spoke_of_two():
    rows = [mention("b", "1", 1), mention("c", "2", 1), mention("b", "3", 1, "forum"), mention("b", "4", 2, "forum")]
    rows += [mention("b", "1", 2, value=0.5), mention("c", "1", 2, value=-0.5), mention("c", "2", 2)]
    rows += [mention("b", "1", 3), mention("b", "2", 3)]
    con = ledger(rows)
    build(con, "share_of_voice")
    by = {(row["panel"], row["month"].month, row["brand"]): row for row in table(con, "share_of_voice")}
    seen = {key: row["mentions"] for key, row in by.items()}
    assert seen == {
        ("all", 1, "b"): 2,
        ("all", 1, "c"): 1,
        ("all", 2, "b"): 2,
        ("all", 2, "c"): 2,
        ("all", 3, "b"): 2,
        ("all", 3, "c"): 0,
        ("sources", 2, "b"): 1,
        ("sources", 2, "c"): 2,
        ("sources", 3, "b"): 2,
        ("sources", 3, "c"): 0,
        ("people", 2, "b"): 1,
        ("people", 2, "c"): 1,
        ("people", 3, "b"): 2,
        ("people", 3, "c"): 0,
    }
    assert by["sources", 2, "b"]["sources"] == "x"
    assert by["people", 2, "b"]["feeling"] == 0.5 and by["people", 2, "c"]["feeling"] == -0.5
    assert by["all", 3, "c"]["low"] == 0 and by["all", 3, "c"]["high"] > 0.3  # nobody of two is no proof of silence


def rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 9) if isinstance(value, float) else value for name, value in row.items()}


def test_past_months_of_the_panels_do_not_change_when_later_ones_come():
    rows = [
        {"brand": brand, "account_id": f"x:{i % 40}", "person_id": f"{brand}{i % 40}", "value": 0.01 * (i % 7)}
        | {"happened_at": START + timedelta(days=int(day))}
        for i, (brand, day) in enumerate(
            (np.random.default_rng(i).choice(["b", "c"]), np.random.default_rng(i + 999).integers(0, 170))
            for i in range(300)
        )
    ]
    cut = datetime(2025, 4, 1)
    whole, early = ledger(rows), ledger(rows, as_of=cut)
    for con in (whole, early):
        build(con, "share_of_voice")
    past = [rounded(row) for row in table(whole, "share_of_voice") if row["month"] < cut.date()]
    assert past == [rounded(row) for row in table(early, "share_of_voice")] and len(past) > 12


def test_vectors_are_the_mean_of_the_word_pieces_as_torch_computes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import torch

    from models.network import encode, load_encoder

    texts = ["Where is my parcel?", "Lovely espresso this morning, thank you!", "ok", "the late courier " * 60]
    monkeypatch.setenv("ORCHARD_CACHE", str(tmp_path))  # exported anew: what was exported before proves nothing
    asked = [f"@shop {text} https://t.co/x" for text in texts]
    precise = replace(embed.load(), runner=OnnxRunner(embed.export(tmp_path))).vectors(asked)
    network, tokenizer = load_encoder()
    with torch.inference_mode():
        for text, vector, rounded in zip(texts, precise, embed.load().vectors(asked), strict=True):
            pieces = network(**encode(tokenizer, [text.strip()])).last_hidden_state[0].mean(0)
            assert np.abs((pieces / pieces.norm()).numpy() - vector).max() < 1e-4
            assert vector @ rounded > 0.97 and np.linalg.norm(rounded) == pytest.approx(1, abs=1e-5)


def test_a_vector_is_the_same_alone_and_in_any_company():
    chance = np.random.default_rng(1)
    texts = [" ".join(said(chance, topic) for _ in range(chance.integers(1, 8))) for topic in ABOUT for _ in range(30)]
    reader = embed.load()
    together = reader.vectors(texts)
    alone = np.concatenate([reader.vectors([text]) for text in texts])
    assert (together * alone).sum(1).min() > 0.9999


def test_the_ranges_that_int8_needs_are_learned_from_texts(tmp_path: Path):
    embed.learn_ranges(["Where is my parcel?", "ok"], tmp_path / "ranges")
    learned, shipped = read_ranges(tmp_path / "ranges"), read_ranges(embed.RANGES)
    assert set(learned) == set(shipped)
    for name, range_ in learned.items():
        assert (range_.low < range_.high).all()
        covered = (shipped[name].low <= range_.low) & (range_.high <= shipped[name].high)
        assert covered.mean() > 0.9, name  # 2,000 texts have been nearly everywhere that two more go


def test_texts_of_one_matter_lie_closer_than_others_and_a_brands_name_counts_for_nothing():
    vectors = embed.load().vectors(
        ["@acme my suitcase never arrived", "Acme lost our luggage", "The coffee was lovely"], ["acme"]
    )
    assert vectors[0] @ vectors[1] > 0.4 > vectors[0] @ vectors[2]
    same = embed.load().vectors(["Acme lost our luggage", "lost our luggage"], ["acme"])
    assert np.abs(same[0] - same[1]).max() < 1e-5
    assert embed.load().vectors([]).shape == (0, embed.WIDTH)


def test_a_whole_refresh_finds_topics_relates_them_and_adds_nothing_the_second_time(workspace: Workspace):
    shop(workspace, planted(1, 300))
    reader = vectors.Reader("words", Words)
    lines = [
        run.refresh(workspace, settings.Settings(), Fixed, lambda: ModelFacts("fixed"), embedder=reader)
        for _ in range(2)
    ]
    assert "shop: 300 mentions placed, 4 new topics" in lines[0]
    assert lines[1] == ["0 mentions read", lines[0][-1]]
    assert read_metric(workspace, "topic").num_rows > 0
