"""Training: the same seed makes the same adapter, one goes on from another, and what is held out is never learned."""

from __future__ import annotations

import json
import random
import re
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from models import __main__ as commands
from models import bases, catalog, data, written
from models import lessons as learning
from models.recipe import SHIPPED_STEPS, Recipe
from models.sentiment import load
from models.shift import shift

if TYPE_CHECKING:
    import torch

    from models import train as training


@pytest.fixture(scope="module", autouse=True)
def late() -> None:
    """Import PyTorch where these tests run: every process collects them, and would wait five seconds for it."""
    globals().update(torch=import_module("torch"), training=import_module("models.train"))


def rows_to_learn(many: int) -> tuple[data.Labelled, data.Labelled]:
    """Return rows whose word tells the label: of the tone, and the same toward one of ninety brands."""
    chance = np.random.default_rng(3)
    words = (("awful", "broken", "late"), ("office", "door", "tile"), ("love", "great", "thanks"))
    labels = [int(label) for label in chance.integers(0, 3, many)]
    brands = [f"acme{i % 90}" for i in range(many)]
    texts = [f"{brands[i]} {chance.choice(words[label])} {i}" for i, label in enumerate(labels)]
    return data.Labelled(texts, labels, [""] * many), data.Labelled(texts, [i % 3 for i in range(many)], brands)


@pytest.fixture
def small_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the shipped base be a BERT of one layer: the steps load it thirty times and export it once each."""
    from transformers import AutoTokenizer, BertConfig, BertModel

    shipped = bases.BASES[bases.SHIPPED_BASE]
    folder = tmp_path / "small-bert"
    sizes = {"hidden_size": 128, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 128}
    BertModel(BertConfig(vocab_size=30522, **sizes)).save_pretrained(folder)
    AutoTokenizer.from_pretrained(bases.base_folder()).save_pretrained(folder)
    made = replace(shipped, folder=lambda: folder, sha256=bases.sha256(folder / bases.WEIGHTS))
    monkeypatch.setitem(bases.BASES, bases.SHIPPED_BASE, made)
    monkeypatch.setattr(commands, "SEEDS", tmp_path / "seeds")


def test_training_makes_an_adapter_that_loads_and_the_same_seed_makes_the_same(tmp_path: Path, small_shipped: None):
    split = data.split(*rows_to_learn(300), size=60, unseen=30)
    lessons = learning.some(learning.lessons(split), 64)
    assert any(lesson.toward for lesson in lessons)

    def learned(seeds: tuple[int, ...]) -> dict[str, training.Weights]:
        recipe = Recipe(seeds=seeds, epochs=1)
        return {str(seed): training.train(lessons, recipe, seed, {}, lambda done, loss: None) for seed in seeds}

    def chosen(name: str, adapters: dict[str, training.Weights]) -> dict:
        return training.choose(adapters, Recipe(seeds=(1, 2), epochs=1), split, lessons, tmp_path / name, {})

    one, other = learned((1, 2)), learned((1, 3))
    first, again = chosen("a", one), chosen("b", learned((1, 2)))
    assert (first["kept"], list(first["tried"])) == ("mean", ["1", "2", "mean"])
    assert catalog.version(str(tmp_path / "a")) == first["version"] == again["version"]
    assert figures(first) == figures(again)
    assert set(first["shift"]) == {"targets", "raw", "corrected"}
    assert all(torch.equal(one["1"][name], other["1"][name]) for name in one["1"])
    training.save(training.mean(list(other.values())), tmp_path / "c", Recipe(seeds=(1, 3), epochs=1))
    assert catalog.version(str(tmp_path / "c")) != first["version"]
    with pytest.raises(ValueError, match="has rank 32: --set rank=32 --set alpha=64"):
        training.train(lessons, Recipe(rank=2), 1, {}, lambda done, loss: None, one["1"])
    assert load(str(tmp_path / "a")).predict(["great"]).shape == (1, 3)


def test_the_shipped_base_learns_and_the_same_seed_the_same():
    lessons = learning.lessons(data.split(*rows_to_learn(120), size=60, unseen=30))[:16]
    recipe = Recipe(seeds=(1,), epochs=1, batch=8)
    first, again = (training.train(lessons, recipe, 1, {}, lambda done, loss: None) for _ in range(2))
    assert all(first[name].equal(again[name]) for name in first)
    assert all(value.any() for name, value in first.items() if "lora_B" in name)  # which are nought before


def figures(scores: dict) -> str:
    """Return scores as text, but for the speed, which is never the same."""
    return re.sub(r'"texts_per_second": [\d.]+', "", json.dumps(scores))


@pytest.fixture
def tiny_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a base that is a very small MPNet, whose layers have other names than the shipped one's."""
    from transformers import AutoTokenizer, MPNetConfig, MPNetModel

    folder = tmp_path / "tiny-mpnet"
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    MPNetModel(MPNetConfig(vocab_size=30522, **sizes)).save_pretrained(folder)
    AutoTokenizer.from_pretrained(bases.base_folder()).save_pretrained(folder)
    made = bases.Base(lambda: folder, bases.sha256(folder / bases.WEIGHTS), ("q", "k", "v", "o", "dense"), pad=0)
    monkeypatch.setitem(bases.BASES, folder.name, made)
    return folder.name


def test_a_seed_goes_on_from_where_an_earlier_run_left_it(tmp_path: Path, tiny_base: str):
    lessons = learning.lessons(data.split(*rows_to_learn(120), size=60, unseen=30))
    recipe = Recipe(seeds=(1,), epochs=1, learning_rate=0.0, average=0.0, base=tiny_base)
    heard: list[int] = []
    start = {name: value + 0.01 for name, value in training.weights(training.adapted(recipe, 2)[0]).items()}
    found = training.train(lessons, recipe, 1, {}, lambda done, loss: heard.append(done), start)
    assert sum(heard) == len(lessons) and found.keys() == start.keys()
    assert all(found[name].equal(start[name]) for name in start)
    with pytest.raises(ValueError, match="nowhere: no adapter to go on from"):
        training.read_weights(tmp_path / "nowhere")


def test_a_processor_without_bf16_learns_in_fp32(tiny_base: str, monkeypatch: pytest.MonkeyPatch):
    lessons = learning.lessons(data.split(*rows_to_learn(120), size=60, unseen=30))[:16]
    asked = Recipe(seeds=(1,), epochs=1, batch=8, base=tiny_base)

    def learned(recipe: Recipe) -> training.Weights:
        return training.train(lessons, recipe, 1, {}, lambda done, loss: None)

    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: True)
    quick = learned(asked)
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)
    found, plain = learned(asked), learned(replace(asked, bf16=False))
    assert all(found[name].equal(plain[name]) for name in found)
    assert not all(found[name].equal(quick[name]) for name in found)


def test_a_share_of_what_a_seed_went_on_from_is_kept_exactly():
    recipe = Recipe(seeds=(1,), rank=4, alpha=8)
    first, second = (learnt(recipe, seed) for seed in (1, 2))
    both = training.mean([first, second], [0.25, 0.75])
    assert training.rank_of(both) == 8
    name = next(name for name in both if "lora_A" in name)
    parts = [adapter[name.replace("lora_A", "lora_B")] @ adapter[name] for adapter in (first, second, both)]
    torch.testing.assert_close(parts[2], 0.25 * parts[0] + 0.75 * parts[1])
    head = next(name for name in both if "lora" not in name)
    torch.testing.assert_close(both[head], 0.25 * first[head] + 0.75 * second[head])


def test_an_adapter_of_a_lower_rank_is_the_nearest_there_is():
    first, second = (learnt(Recipe(seeds=(1,), rank=4, alpha=8), seed) for seed in (1, 2))
    both = training.mean([first, second], [0.9, 0.1])
    name = next(name for name in both if "lora_A" in name)
    other = name.replace("lora_A", "lora_B")
    whole, strengths = both[other] @ both[name], torch.linalg.svdvals(both[other] @ both[name])
    for rank in (8, 5):
        found = training.compressed(both, rank)
        assert training.rank_of(found) == rank
        missing = torch.linalg.norm(whole - found[other] @ found[name])
        torch.testing.assert_close(missing, strengths[rank:].square().sum().sqrt(), atol=1e-3, rtol=1e-3)
    assert training.compressed(both, 9) is both


def learnt(recipe: Any, seed: int) -> dict[str, Any]:
    """Return weights of which none is nought, as if they had been learned."""
    generator = torch.Generator().manual_seed(seed)
    fresh = training.weights(training.adapted(recipe, seed)[0])
    return {name: value + torch.randn(value.shape, generator=generator) for name, value in fresh.items()}


def test_care_messages_are_learned_once_as_many_of_each_label_and_never_what_is_held_out():
    split = data.split(*rows_to_learn(300), size=60, unseen=30)
    said = {
        "@acme late": 0,
        "@acme broken": 0,
        "@acme thanks": 2,
        split.validation.texts[0]: 1,
        split.unseen.texts[0]: 1,
    }
    texts = [*said, "@acme late"]
    found = learning.care_lessons(data.Labelled(texts, [*said.values(), 0], [""] * len(texts)), split)
    assert [lesson.tone for lesson in found] == [0, 2]
    assert found[1] == learning.Lesson("@user thanks", 2, ())


WRITTEN = """label\ttone\ttarget\ttext
negative\tmixed\tAcme\tleft Acme for @beta_help, never looked back
positive\tmixed\t@beta_help\tleft Acme for @beta_help, never looked back
neutral\tneutral\t\tyes, the "blue one
positive\tpositive\tAcme\tAcme's van came early
"""


def test_messages_of_our_own_are_learned_toward_each_target_and_for_their_tone(tmp_path: Path):
    (tmp_path / "a.tsv").write_text(WRITTEN)
    both, blue, van = learning.written_lessons(written.read(tmp_path))
    assert both.tone == learning.UNKNOWN
    assert both.toward == (("left § for ¶ , never looked back", 0), ("left ¶ for § , never looked back", 2))
    assert blue == learning.Lesson('yes, the "blue one', 1, (('§ yes, the "blue one', 1),))
    assert van == learning.Lesson("@user's van came early", 2, (("§ 's van came early", 2),))
    shown = [lesson.draw(Recipe(marked=0), random.Random(1)) for lesson in (both, blue)]
    assert shown[0] in [
        (text, learning.UNKNOWN, label) for text, label in both.toward
    ]  # of no tone: never as it stands
    assert shown[1] == (blue.text, 1, learning.UNKNOWN)


def read_about(chance: np.random.Generator, brands: int, many: int, off: float) -> tuple[np.ndarray, data.Labelled]:
    """Return (probabilities, labels) of brands of which a model hears more praise than there is, each its own way."""
    truth, said, names = [], [], []
    for brand in range(brands):
        labels = chance.choice(3, many, p=chance.dirichlet([4, 4, 4]))
        right = np.eye(3)[labels] * 0.5 + 0.5 / 3
        moved = np.clip(chance.normal(0, off / 2), -0.16, 0.16)  # from blame to praise, which is twice as far
        truth += labels.tolist()
        said += (right + moved * np.array([-1, 0, 1])).tolist()
        names += [f"brand {brand}"] * many
    return np.array(said, np.float32), data.Labelled([""] * len(truth), truth, names)


@pytest.mark.parametrize("off", [0.0, 0.15])
def test_how_far_new_brands_are_off_is_told_beyond_the_chance_of_few_labels(off: float):
    said, rows = read_about(np.random.default_rng(3), 400, 70, off)
    matrix = np.eye(3) * 0.5 + 0.5 / 3
    found = shift(matrix, said, rows)
    assert found["targets"] == 400
    assert found["corrected"] == pytest.approx(2 * off, abs=0.03)  # the matrix halves distances, w doubles them
    assert found["raw"] > found["corrected"] / 2
    assert shift(matrix, said[:59], rows.take(range(59))) == {"targets": 0, "raw": None, "corrected": None}


def test_rows_written_one_after_the_other_are_held_out_together_and_more_files_change_nothing(tmp_path: Path):
    def write(name: str, rows: list[str]) -> None:
        lines = (f"neutral\tneutral\t\t{row}" for row in rows)
        (tmp_path / f"{name}.tsv").write_text("\n".join(["label\ttone\ttarget\ttext", *lines, ""]))

    write("first", [f"row {i}" for i in range(700)])
    kept, held = written.split(written.read(tmp_path))
    assert [m.text for m in held] == [f"row {i}" for i in (*range(120, 150), *range(420, 450))]
    assert len(kept) == 640
    write("added", ["row 130", "row 3", *(f"new {i}" for i in range(100))])
    kept_now, held_now = written.split(written.read(tmp_path))
    assert {m.text for m in held_now} == {m.text for m in held}
    assert {m.text for m in kept} < {m.text for m in kept_now}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("good\tpositive\t\thello", r"a\.tsv, row 6: label 'good' or tone 'positive' is none of negative, neutral"),
        ("positive\t\t\thello", "row 6: label 'positive' or tone ''"),
        ("neutral\tneutral\tAcme\tof acme", "row 6: the target 'Acme' does not stand in the text"),
        ("neutral\tneutral", "row 6: the target None does not stand in the text"),
    ],
)
def test_a_wrong_message_of_our_own_is_named(line: str, message: str, tmp_path: Path):
    (tmp_path / "a.tsv").write_text(f"{WRITTEN}{line}\n")
    with pytest.raises(ValueError, match=message):
        written.read(tmp_path)


def test_a_folder_or_file_that_holds_no_messages_is_named(tmp_path: Path):
    with pytest.raises(ValueError, match=f"{tmp_path}: no messages"):
        written.read(tmp_path)
    (tmp_path / "a.tsv").write_text("label\ttext\n")
    with pytest.raises(ValueError, match=r"a\.tsv: its columns must be label, tone, target, text"):
        written.read(tmp_path)


def test_the_shipped_adapter_is_made_by_the_steps_of_rebuild_from_the_messages_that_are_here():
    scores = json.loads((catalog.SHIPPED / catalog.SCORES).read_text())
    *_, before, last = SHIPPED_STEPS
    assert as_json(Recipe(seeds=last.seeds).but(last.changes)) == scores["recipe"]
    (earlier,) = scores["start"].values()
    recipe = as_json(Recipe(seeds=before.seeds).but(before.changes))
    assert {key: recipe[key] for key in earlier["recipe"]} == earlier["recipe"]
    learned, held_out = written.split(written.read())
    assert (len(learned), len(written.to_rows(held_out))) == (scores["written"], scores["calibrated"]["written"]["n"])


def as_json(recipe: Recipe) -> dict:
    """Return a recipe as scores.json has it."""
    return json.loads(json.dumps(asdict(recipe)))


def test_an_adapter_of_another_base_is_a_teacher(tmp_path: Path, tiny_base: str):
    split = data.split(*rows_to_learn(120), size=60, unseen=30)
    lessons = learning.lessons(split)
    recipe = Recipe(seeds=(1,), epochs=1, rank=2).but([f"base={tiny_base}"])
    adapters = {"1": training.train(lessons, recipe, 1, {}, lambda done, loss: None)}
    training.choose(adapters, recipe, split, lessons, tmp_path / "teacher", {})
    teacher = load(str(tmp_path / "teacher"))
    assert teacher.version.startswith("orchard-tiny-mpnet-")
    opinions = training.opinions(teacher, lessons, False, lambda done: None)
    assert opinions.keys() == {text for row in lessons for text in (row.text, *(marked for marked, _ in row.toward))}
    np.testing.assert_allclose(opinions[lessons[0].text][0], teacher.predict([lessons[0].text])[0], atol=1e-5)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Return small files to learn from, as the commands take them."""
    tone, toward = rows_to_learn(400)
    tables = {
        "tone.tsv": [f"{catalog.LABELS[label]}\t{text}" for text, label in zip(tone.texts, tone.labels, strict=True)],
        "toward.tsv": [f"{i % 3 - 1}\t{toward.texts[i]}\t{toward.targets[i]}" for i in range(180)],
    }
    headers = {"tone.tsv": "label\ttext", "toward.tsv": "toward\ttext\ttarget"}
    for name, lines in tables.items():
        (tmp_path / name).write_text("\n".join([headers[name], *lines, ""]))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.tsv").write_text(WRITTEN)
    return {"tone": tmp_path / "tone.tsv", "targets": tmp_path / "toward.tsv", "own": tmp_path / "own"}


def test_rebuild_goes_from_the_teacher_to_what_is_shipped_and_train_goes_on(
    files: dict[str, Path], small_shipped: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out, further = tmp_path / "out", tmp_path / "further"
    commands.rebuild(**files, rows=32, work=tmp_path / "work", out=out)
    teacher, before, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert [told["written"] for told in (teacher, before, last)] == [0, 0, 3]
    assert [told["teacher"] for told in (teacher, before, last)] == ["", teacher["version"], before["version"]]
    assert last["start"] == {before["version"]: before}
    assert last["version"] == catalog.version(str(out)) and json.loads((out / "scores.json").read_text()) == last
    assert last["learned_in"] == ("bf16" if training.in_bf16(Recipe()) else "fp32")
    assert last["recipe"] == json.loads((catalog.SHIPPED / catalog.SCORES).read_text())["recipe"]

    care = ["said,text", "negative,@acme late again", "negative,@acme late again", "positive,@acme thanks"]
    (tmp_path / "care.csv").write_text("\n".join([*care, "neutral,@acme when do you open", ""]))
    options = {"care": tmp_path / "care.csv", "care_label": "said", "start": out, "rows": 64, "seeds": "1"}
    changes = ["epochs=1", "kept=0.5", "rank=96", "alpha=192", "rank_kept=200"]
    commands.train(**files, **options, change=changes, out=further)
    again = json.loads(capsys.readouterr().out)
    assert (again["kept"], again["lessons"], again["written"], again["care"]) == ("1", 73, 3, 3)
    assert again["start"] == {last["version"]: last} and again["recipe"]["epochs"] == 1
    ranks = [json.loads((folder / "adapter_config.json").read_text())["r"] for folder in (out, further)]
    assert ranks == [96, 96 + 96] and load(str(further)).predict(["great"]).shape == (1, 3)


def test_a_change_that_no_recipe_knows_is_named():
    with pytest.raises(ValueError, match="--set colour=1: unknown; allowed: epochs"):
        Recipe().but(["colour=1"])
