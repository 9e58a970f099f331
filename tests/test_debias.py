"""What labels of people are worth: the model's errors taken out, the month audited, words kept and taken back."""

import csv
import io
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from pipeline import file_imports, journal, labels, publish, readings, reads, run, settings
from pipeline.contents import read_metric
from pipeline.locks import working
from pipeline.metrics import sql
from pipeline.metrics.build import build
from pipeline.metrics.debias import LABELS, WORTH, Card, Labelled, Use, corrected, finish, values
from pipeline.publish import ModelFacts
from pipeline.store import StoreError, Workspace, connect
from pipeline.touch import Brand
from tests.conftest import orchard_here
from tests.worlds import START, derived, keep, ledger_of, student, table

# What a middling classifier says of texts of each true class, as weights of a Dirichlet distribution.
SAID = np.array([[5.0, 2.5, 0.8], [1.6, 3.5, 1.9], [0.6, 2.2, 4.6]])


def classified(chance: np.random.Generator, many: int, shares: tuple[float, float, float]) -> Labelled:
    """Return labelled texts of a class mix, as a classifier with the errors of SAID reads them."""
    truth = chance.choice(3, many, p=shares)
    return Labelled(truth, np.stack([chance.dirichlet(SAID[k]) for k in truth]))


def rows_of(found: Labelled, what: str = "label", brand: str = "b", source: str = "x") -> list[dict]:
    """Return labelled texts as the rows that debias.sql finds."""
    return [
        {"what": what, "brand": brand, "source": source, "label": LABELS[k], "many": 1}
        | dict(zip(LABELS, p, strict=True))
        for k, p in zip(found.truth, found.said.tolist(), strict=True)
    ]


def all_row(said: np.ndarray, brand: str = "b", source: str = "x") -> dict:
    mean = dict(zip(LABELS, said.mean(0).tolist(), strict=True))
    return {"what": "all", "brand": brand, "source": source, "label": None, "many": len(said)} | mean


def one(errors: Labelled | Card, mean: np.ndarray) -> dict:
    """Return what a matrix does for a single source of the given mean probabilities."""
    (found,) = corrected(errors, [Use("b", "x", mean, 1000)])
    return found


def test_one_matrix_makes_one_scale_also_where_a_source_happens_to_be_balanced():
    chance = np.random.default_rng(8)
    errors = classified(chance, 2000, (0.3, 0.4, 0.3))
    negative, positive = (errors.said[errors.truth == k].mean(0) for k in (0, 2))
    low, high = (mean @ (values(errors.matrix()) - WORTH) for mean in (negative, positive))
    means = {"x": negative, "mastodon": (high * negative - low * positive) / (high - low)}  # whose bias is nothing
    alone = one(errors, means["mastodon"])
    both = corrected(errors, [Use("b", source, mean, 500) for source, mean in means.items()])
    assert not alone["corrected"]
    assert [row["corrected"] for row in both] == [True, True]
    assert both[0]["negative"] == both[1]["negative"] < -1


def test_within_each_true_class_the_values_average_to_what_the_class_is_worth():
    found = classified(np.random.default_rng(1), 400, (0.3, 0.4, 0.3))
    exact = np.stack([found.said[found.truth == k].mean(0) for k in range(3)])
    means = [(found.said[found.truth == k] @ values(exact)).mean() for k in range(3)]
    assert means == pytest.approx(WORTH.tolist(), abs=1e-12)


def test_a_change_of_the_mix_is_seen_whole_where_counting_shrinks_it():
    chance = np.random.default_rng(2)
    worth = values(classified(chance, 20_000, (1 / 3, 1 / 3, 1 / 3)).matrix())
    before, after = (classified(chance, 20_000, mix) for mix in ((0.5, 0.3, 0.2), (0.2, 0.3, 0.5)))
    true = WORTH[after.truth].mean() - WORTH[before.truth].mean()
    counted = WORTH[after.said.argmax(1)].mean() - WORTH[before.said.argmax(1)].mean()
    assert (after.said @ worth).mean() - (before.said @ worth).mean() == pytest.approx(true, abs=0.03)
    assert counted < 0.85 * true


def test_the_net_equals_quapys_solution_of_the_same_problem():
    """QuaPy's PACC solves p = M^T q for the shares q; the mean of our values is its net where no share is clipped."""
    from quapy.data import LabelledCollection
    from quapy.method.aggregative import PACC

    chance = np.random.default_rng(3)
    known, new = classified(chance, 1500, (0.3, 0.4, 0.3)), classified(chance, 3000, (0.45, 0.35, 0.2))
    quantifier = PACC(classifier=Passed(), fit_classifier=False, val_split=None, solver="minimize")
    quantifier.fit(*LabelledCollection(known.said, known.truth).Xy)
    theirs = quantifier.predict(new.said) @ WORTH
    exact = np.stack([known.said[known.truth == k].mean(0) for k in range(3)])
    assert new.said.mean(0) @ values(exact) == pytest.approx(theirs, abs=2e-3)
    assert new.said.mean(0) @ values(known.matrix()) == pytest.approx(theirs, abs=0.01)


class Passed(ClassifierMixin, BaseEstimator):
    """A classifier whose texts are its own probabilities already, in the form that QuaPy asks for."""

    def __init__(self) -> None:
        self.classes_ = np.arange(3)

    def fit(self, texts: np.ndarray, labels: np.ndarray) -> "Passed":
        return self

    def predict_proba(self, texts: np.ndarray) -> np.ndarray:
        return texts


def test_the_spread_that_is_told_is_that_of_repeated_labelling():
    chance = np.random.default_rng(4)
    population = classified(chance, 5000, (0.5, 0.3, 0.2))
    nets, told = [], []
    for seed in range(60):
        again = population.drawn_again(np.random.default_rng(seed))
        few = Labelled(again.truth[:300], again.said[:300])
        found = one(few, population.said.mean(0))
        if found["corrected"]:
            nets.append(found["net"])
            told.append(found["sd"])
    assert len(nets) > 40
    assert np.mean(told) == pytest.approx(np.std(nets), rel=0.35)
    assert np.mean(nets) == pytest.approx(WORTH[population.truth].mean(), abs=0.03)


def test_a_correction_that_adds_more_noise_than_it_takes_out_bias_is_not_made():
    chance = np.random.default_rng(5)
    balanced = classified(chance, 120, (1 / 3, 1 / 3, 1 / 3))
    found = one(balanced, classified(chance, 4000, (0.33, 0.34, 0.33)).said.mean(0))
    assert not found["corrected"]
    assert [found[label] for label in LABELS] == [-1.0, 0.0, 1.0]
    off = balanced.said @ WORTH - WORTH[balanced.truth]
    assert found["sd"] == pytest.approx(np.hypot(off.mean(), off.std(ddof=1) / np.sqrt(120)))


def test_labels_that_correct_nothing_still_tell_how_far_the_net_is_off():
    """Of brands of any mix, and closer than a card knows it, by which a net as it came is off by .19."""
    chance, means, covered, told = np.random.default_rng(12), SAID / SAID.sum(1, keepdims=True), [], []
    while len(covered) < 30:
        mix = chance.dirichlet((10, 10, 10))
        found = one(classified(chance, 110, tuple(mix)), mix @ means)
        if not found["corrected"]:
            covered.append(abs(found["net"] - mix @ WORTH) <= 1.645 * found["sd"])
            told.append(found["sd"])
    assert np.mean(covered) >= 0.86
    assert 0.04 < np.mean(told) < 0.1


def test_a_classifier_that_knows_nothing_is_called_shaky_and_not_corrected():
    chance = np.random.default_rng(6)
    said = chance.dirichlet((2, 2, 2), 500)
    found = one(Labelled(chance.integers(0, 3, 500), said), said.mean(0))
    assert found["shaky"] and found["condition"] > 4
    assert not found["corrected"]


@pytest.mark.parametrize(
    ("here", "elsewhere", "card", "origin"),
    [
        (150, 0, True, "labels of this source"),
        (60, 90, True, "labels of this brand"),
        (60, 0, True, "model card"),
        (60, 0, False, "none"),
    ],
)
def test_the_nearest_labels_that_are_enough_are_taken(here: int, elsewhere: int, card: bool, origin: str):
    chance = np.random.default_rng(7)
    mix = (0.5, 0.3, 0.2)
    rows = rows_of(classified(chance, here, mix))
    rows += rows_of(classified(chance, elsewhere, mix), source="mastodon") if elsewhere else []
    rows += [*rows_of(classified(chance, 500, mix), brand="other"), all_row(classified(chance, 3000, mix).said)]
    if card:
        means = SAID / SAID.sum(1, keepdims=True)
        rows += [
            {"what": "card", "label": label, "many": 700} | dict(zip(LABELS, row, strict=True))
            for label, row in zip(LABELS, means.tolist(), strict=True)
        ]
    (found,) = finish(pa.Table.from_pylist(rows)).to_pylist()
    assert found["origin"] == origin
    assert found["labels"] == {"labels of this source": 150, "labels of this brand": 150}.get(origin, 0)
    assert found["corrected"] == (origin != "none")


def test_the_error_of_a_card_is_wider_the_fewer_texts_it_rests_on():
    means, mean = SAID / SAID.sum(1, keepdims=True), np.array([0.5, 0.3, 0.2])
    few, many = (one(Card(means, np.full(3, n)), mean)["sd"] for n in (200, 5000))
    assert few > 3 * many > 0


def test_a_card_says_how_far_other_brands_are_off_corrected_or_not():
    means, mean = SAID / SAID.sum(1, keepdims=True), np.array([0.5, 0.3, 0.2])
    alone = one(Card(means, np.full(3, 5000)), mean)
    known = one(Card(means, np.full(3, 5000), shift=0.16, shift_raw=0.2), mean)
    assert known["corrected"] and known["sd"] == pytest.approx(np.hypot(alone["sd"], 0.16))
    assert known["net"] == alone["net"]
    of_few = one(Card(means, np.full(3, 5), shift=0.16, shift_raw=0.2), mean)
    assert not of_few["corrected"] and of_few["sd"] == 0.2
    assert one(Card(means, np.full(3, 5)), mean)["sd"] is None  # how far off it is, nobody knows


def test_how_far_a_level_is_off_is_in_every_band_of_it_also_where_the_card_does_not_pay():
    means = SAID / SAID.sum(1, keepdims=True)
    found = one(Card(means, np.full(3, 5), shift=0.16, shift_raw=0.2), np.array([0.5, 0.3, 0.2]))
    assert not found["corrected"]
    feelings = np.linspace(-0.2, 0.4, 6)
    con = derived([{"person_id": f"p{i}", "value": v, "happened_at": START} for i, v in enumerate(feelings)])
    keep(con, "debias", [found])
    keep(con, "group_member", [{"brand": "b", "person_id": f"p{i}", "what": "kind", "name": "k"} for i in range(6)])
    bands = []
    for name in ("brand_index", "group_index"):
        build(con, name)
        bands += [(row["low_level"], row["high_level"]) for row in table(con, name)]
    con.execute("attach ':memory:' as pub")
    con.execute("create table pub.touch as from derived.ledger; create table pub.debias as from derived.debias")
    days = {"start": START, "until": START + timedelta(days=1)}
    for asked in (
        reads.frame(con, "period", brand="b", before=START - timedelta(days=1), **days),
        reads.frame(con, "brand_path", grain="month", **days),
    ):
        bands += asked[["low", "high"]].to_numpy().tolist()
    reach = 1.645 * np.hypot(student(6) * feelings.std(ddof=1) / np.sqrt(6), 0.2)
    assert len(bands) == 6 + 4 + 1 + 1
    assert np.array(bands) == pytest.approx(np.tile((0.1 - reach, 0.1 + reach), (12, 1)))


def month_of(brand: str, truth: np.ndarray, said: np.ndarray, month: int = 0) -> dict[str, Any]:
    """Return a month of mentions, the first 100 of them labelled, of whose model nothing takes the errors out."""
    many, drawn = len(truth), np.arange(len(truth)) < 100
    return {
        "brand": np.repeat(brand, many),
        "person_id": [f"p{i}" for i in range(many)],
        "happened_at": [START + timedelta(days=30 * month, hours=i % 500) for i in range(many)],
        "positive": said,
        "negative": np.zeros(many),
        "value_of_model": said,
        "drawn": drawn,
        "value_of_people": np.where(drawn, truth, None),
    }


def audited(months: Sequence[dict[str, Any]]) -> list[dict]:
    """Return the audit of months of many brands, each of which is a world of its own."""
    con = ledger_of({name: np.concatenate([each[name] for each in months]) for name in months[0]})
    build(con, "audit")
    return table(con, "audit")


def test_the_audited_month_covers_the_truth_and_is_surer_than_its_labels_alone():
    months = []
    for seed in range(150):
        chance = np.random.default_rng(seed)
        truth = chance.choice([-1.0, 0.0, 1.0], 1000, p=[0.4, 0.35, 0.25])
        said = np.clip(0.6 * truth + chance.normal(0.3, 0.35, 1000), -1.5, 1.5)
        months.append(month_of(f"b{seed}", truth, said))
    found = audited(months)
    assert len(found) == 150
    assert 0.84 <= np.mean([row["low"] <= -0.15 <= row["high"] for row in found]) <= 0.96
    assert np.mean([row["se"] / row["se_labels_only"] for row in found]) < 0.9


def test_the_alarm_rings_where_a_bias_lasts_two_months_and_hardly_ever_else():
    months = []
    for seed, shift in [(seed, 0.5) for seed in range(20)] + [(seed, 0.0) for seed in range(40)]:
        for month in range(3):
            chance = np.random.default_rng([seed, month])
            truth = chance.choice([-1.0, 0.0, 1.0], 600, p=[0.4, 0.35, 0.25])
            said = truth + chance.normal(shift if month else 0.0, 0.5, 600)
            months.append(month_of(f"{shift} {seed}", truth, said, month))
    last = {row["brand"]: row["drifted"] for row in audited(months)}
    biased, steady = ([rung for brand, rung in last.items() if brand.startswith(f"{shift} ")] for shift in (0.5, 0.0))
    assert (len(biased), len(steady)) == (20, 40)
    assert np.mean(biased) == 1
    assert np.mean(steady) <= 0.1


def test_a_month_whose_labels_all_agree_has_no_band_and_sounds_no_alarm():
    """Of a month of 1 in 40 neutral mentions, twenty labels miss all of these in 60 of 100 draws."""
    truth = np.repeat([-1.0, 0.0], [390, 10])
    found = audited([month_of("b", truth, truth + 0.05, month) for month in range(2)])
    for row in found:
        assert (row["labels"], row["labels_only"], row["se"], row["low"]) == (100, -1, None, None)
        assert (row["differs"], row["drifted"]) == (False, False)


def test_the_audit_asks_the_model_alone_and_sounds_the_alarm_by_the_corrected_values():
    rows = []
    for month in range(2):
        chance = np.random.default_rng(month)
        truth = chance.choice([-1.0, 0.0, 1.0], 400)
        raw = 0.4 * truth + chance.uniform(0.2, 0.5, 400)  # too warm, and too near to the middle
        rows += [
            {"person_id": f"p{i}", "happened_at": START + timedelta(days=31 * month)}
            | {"positive": raw[i], "negative": 0.0, "value_of_model": (raw[i] - 0.35) / 0.4}
            | {"drawn": i < 100, "value_of_people": truth[i] if i < 100 else None}
            for i in range(400)
        ]
    found = table(derived(rows, "audit"), "audit")
    for row, said in zip(found, (rows[:400], rows[400:]), strict=True):
        assert row["model"] == pytest.approx(np.mean([each["positive"] for each in said]))
        assert row["corrected"] == pytest.approx(np.mean([each["value_of_model"] for each in said]))
        assert abs(row["estimate"] - row["model"]) > 5 * row["se"] and not row["differs"]


# The airline file: 1 June 2015 labels of people, three companies, never trained on.


@pytest.fixture(scope="module")
def airlines(tmp_path_factory: pytest.TempPathFactory, model: readings.Model) -> Workspace:
    from tests.conftest import SHARED

    if not SHARED.is_dir():
        pytest.skip("the public data beside the project (../shared) is not here")
    place = Workspace(tmp_path_factory.mktemp("airlines"))
    third = place.folder / "third.csv"
    third.write_text(third_of(SHARED / "conversations" / "airline_tweets.csv"), encoding="utf-8", newline="")
    with working(place, "test"):
        for brand in ("United", "Southwest", "Virgin America"):
            file_imports.import_file(place, third, Brand(brand, brand, (brand,)))
        run.score(place, settings.Settings(), model)
    return place


def third_of(path: Path) -> str:
    """Return every third row of the large companies, and all of the small one, of which 300 are labelled."""
    found = io.StringIO()
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        writer = csv.DictWriter(found, rows.fieldnames or ())
        writer.writeheader()
        writer.writerows(row for n, row in enumerate(rows) if n % 3 == 0 or row["airline"] == "Virgin America")
    return found.getvalue()


def human(path: Path) -> dict[str, float]:
    """Return what people said of each tweet, by its id."""
    worth = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}
    with path.open(encoding="utf-8", newline="") as file:
        return {f"x:{row['tweet_id']}": worth[row["airline_sentiment"]] for row in csv.DictReader(file)}


def test_three_hundred_labels_bring_each_airline_closest_to_the_truth(airlines: Workspace, shared: Path):
    from models.catalog import card, version

    truth = human(shared / "conversations" / "airline_tweets.csv")
    names = {-1.0: "negative", 0.0: "neutral", 1.0: "positive"}
    facts = ModelFacts(version("default"), card())
    publish.relate(airlines, settings.Settings(), facts)
    card_only = {row["brand"]: row for row in read_metric(airlines, "debias").to_pylist()}
    brands = sorted(card_only)
    for brand in brands:
        drawn = journal.draw(airlines, brand, 300, "1", None, None).to_pylist()
        said = [labels.Label(row["id"], names[truth[row["id"]]]) for row in drawn]
        journal.save_labels(airlines, labels.to_rows(said, brand), "test", drawn=True)
    publish.relate(airlines, settings.Settings(), facts)
    own = {row["brand"]: row for row in read_metric(airlines, "debias").to_pylist()}
    ledger = [row for row in read_metric(airlines, "ledger").to_pylist() if row["counts"]]
    worth = {"negative": -1, "neutral": 0, "positive": 1}
    print()
    for brand in brands:
        rows = [row for row in ledger if row["brand"] == brand]
        true = np.mean([truth[row["touch_id"]] for row in rows])
        counted = np.mean([worth[row["label_of_model"]] for row in rows])
        with_labels = np.mean([row["value_of_model"] for row in rows])
        print(
            f"{brand:15} {len(rows):5} mentions: true {true:+.3f}, counted {counted:+.3f}, mean score "
            f"{own[brand]['raw_net']:+.3f}, by the card {card_only[brand]['net']:+.3f}, "
            f"by 300 labels {with_labels:+.3f} (sd {own[brand]['sd'] or float('nan'):.3f})"
        )
        assert own[brand]["origin"] == "labels of this source" and own[brand]["labels"] == 300
        assert abs(with_labels - true) < abs(counted - true)
        assert abs(card_only[brand]["net"] - true) < 1.645 * card_only[brand]["sd"]  # what the card says of new brands
        assert abs(with_labels - true) < abs(own[brand]["raw_net"] - true)


# Labels on their way in and out.


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A few mentions that a model has read, all in the same way."""
    from tests.conftest import PAYLOADS, TAMROW

    workspace = Workspace(tmp_path_factory.mktemp("read"))
    with working(workspace, "test"):
        file_imports.import_file(workspace, PAYLOADS / "twcs.csv", TAMROW)

        class Fixed:
            version = "fixed"

            def unread(self, texts):
                return [None] * len(texts)

            def predict(self, texts, progress, target, others):
                return np.tile(np.float32([0.2, 0.3, 0.5]), (len(texts), 1))

            def doubtful(self, found, texts, target, others):
                return np.zeros(len(found), bool)

        run.refresh(workspace, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    return workspace


@pytest.fixture
def few(read: Workspace, workspace: Workspace) -> Workspace:
    """A copy of them that a test may write to."""
    shutil.copytree(read.folder, workspace.folder)
    return workspace


def test_a_label_wins_over_the_model_until_it_is_taken_back(few: Workspace):
    (first, *_) = journal.draw(few, "TamrowBuild", 1, "1", None, None).to_pylist()

    def say(label: str | None) -> dict:
        rows = labels.to_rows([labels.Label(first["id"], label)], "TamrowBuild")
        journal.save_labels(few, rows, "me", drawn=False)
        publish.relate(few, settings.Settings(), ModelFacts("fixed"))
        return next(r for r in read_metric(few, "ledger").to_pylist() if r["touch_id"] == first["id"])

    said = say("negative")
    assert (said["value"], said["label"], said["label_of_model"]) == (-1.0, "negative", "positive")
    back = say(None)
    assert (round(back["value"], 6), back["label"]) == (0.3, "positive")


def test_the_errors_of_the_model_are_those_of_all_labels_also_as_of_a_day_before_them(few: Workspace):
    drawn = journal.draw(few, "TamrowBuild", 2, "1", None, None).to_pylist()
    rows = labels.to_rows([labels.Label(each["id"], "negative") for each in drawn], "TamrowBuild")
    journal.save_labels(few, rows, "me", drawn=True)
    scored = []
    for as_of in (None, max(each["happened_at"] for each in drawn)):
        publish.relate(few, settings.Settings(), ModelFacts("fixed"), as_of)
        with connect(few.mentions) as con:
            found = con.execute(sql("debias")).fetchall()
        assert [label for what, _, _, label, *_ in found if what == "label"] == ["negative"] * 2
        scored.append(sum(many for what, _, _, _, many, *_ in found if what == "all"))
    assert scored[0] > scored[1] > 0


def test_what_bots_say_has_no_part_in_the_errors_of_the_model(few: Workspace):
    (one,) = journal.draw(few, "TamrowBuild", 1, "1", None, None).to_pylist()
    rows = labels.to_rows([labels.Label(one["id"], "negative")], "TamrowBuild")
    journal.save_labels(few, rows, "me", drawn=True)
    with connect(few.mentions) as con:
        theirs = "(select account_id from touch where touch_id = ?)"
        con.execute(f"update account set handle = 'acmebot' where account_id = {theirs}", [rows[0]["touch_id"]])
    publish.relate(few, settings.Settings(bots=("acmebot",)), ModelFacts("fixed"))
    with connect(few.mentions) as con:
        assert "label" not in {what for what, *_ in con.execute(sql("debias")).fetchall()}


def test_a_drawing_goes_out_as_csv_and_comes_back_as_labels(few: Workspace, tmp_path: Path):
    drawn = orchard_here(few.folder, "draw", "--brand", "TamrowBuild", "--many", "2")
    rows = list(csv.DictReader(drawn.stdout.splitlines()))
    assert len(rows) == 2 and set(rows[0]) == {"id", "happened_at", "source", "text", "label"}
    assert orchard_here(few.folder, "draw", "--brand", "TamrowBuild", "--many", "2").stdout == drawn.stdout
    file = tmp_path / "labels.csv"
    file.write_text(drawn.stdout.replace(",\n", ",negative\n"), encoding="utf-8")
    label = ("label", str(file), "--brand", "TamrowBuild", "--author", "me", "--drawn")
    first, second = orchard_here(few.folder, *label), orchard_here(few.folder, *label)
    assert "kept                     2" in first.stdout, first.stderr
    assert "kept                     0" in second.stdout and "already had              2" in second.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,label\n1,happy\n", "row 2: label 'happy'; allowed: negative, neutral, positive, withdraw, or empty"),
        ("id,text\n1,a\n", "no column label; it has id, text"),
        ("id,label\nx:none,negative\n", "1 ids are no mention of TamrowBuild, such as x:none; the others were kept"),
    ],
)
def test_a_wrong_file_of_labels_is_named(content: str, message: str, few: Workspace, tmp_path: Path):
    file = tmp_path / "labels.csv"
    file.write_text(content, encoding="utf-8")
    done = orchard_here(few.folder, "label", str(file), "--brand", "TamrowBuild", "--author", "me", "--drawn")
    assert done.returncode == 1
    assert message in " ".join(done.stderr.split())


def test_nothing_can_be_drawn_where_nothing_was_related(workspace: Workspace):
    with pytest.raises(StoreError, match="run relate or refresh first"):
        journal.draw(workspace, "b", 1, "1", None, None)
