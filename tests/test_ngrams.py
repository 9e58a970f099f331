"""The table of word pieces and pairs: what it looks up, what it learns, and what it adds to the network."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models import catalog, ngrams, written
from models.evaluate import report
from models.lessons import UNKNOWN, Lesson
from models.sentiment import SentimentModel, adapter_runner, load
from models.text import TARGET
from models.train_ngrams import learn_table


def padded(*texts: list[int]) -> ngrams.Inputs:
    """Return word pieces as the batch that a network takes."""
    longest = max(map(len, texts))
    return {
        "input_ids": np.array([text + [0] * (longest - len(text)) for text in texts]),
        "attention_mask": np.array([[1] * len(text) + [0] * (longest - len(text)) for text in texts]),
    }


@pytest.fixture(scope="module")
def model() -> SentimentModel:
    return load(backend="onnx")


@pytest.fixture(scope="module")
def network(model: SentimentModel) -> SentimentModel:
    """The shipped network without its table."""
    return replace(model, runner=adapter_runner(catalog.SHIPPED, model.version, "onnx"))


def test_a_text_uses_each_of_its_pieces_and_pairs_once_and_no_padding():
    found = ngrams.used(padded([5, 6, 5, 6], [5, 6]))
    assert found.text.tolist() == [0, 0, 0, 0, 1, 1, 1]  # 5, 6, 5-6, 6-5; and 5, 6, 5-6
    assert set(found.place[found.text == 1]) < set(found.place[found.text == 0])
    assert ((found.place >= 0) & (found.place < 2**ngrams.BITS)).all()


def test_pieces_and_pairs_of_the_vocabulary_hardly_ever_share_a_place():
    chance = np.random.default_rng(1)
    texts = padded(*(chance.integers(1000, 30522, 30).tolist() for _ in range(200)))
    pieces, pairs = texts["input_ids"], np.stack([texts["input_ids"][:, :-1], texts["input_ids"][:, 1:]], -1)
    different = len(np.unique(pieces)) + len(np.unique(pairs.reshape(-1, 2), axis=0))
    by_chance = 2**ngrams.BITS * (1 - np.exp(-different / 2**ngrams.BITS))  # places that so many use, thrown at random
    assert len(np.unique(ngrams.used(texts).place)) == pytest.approx(by_chance, rel=0.01)


def test_what_is_said_of_a_text_is_the_weighed_mean_of_what_its_places_say_alone_and_in_company():
    rarity, says = np.zeros(2**ngrams.BITS, np.float32), np.zeros((2**ngrams.BITS, 2), np.float32)
    five, six = (int(ngrams.used(padded([piece])).place[0]) for piece in (5, 6))
    rarity[five], rarity[six], says[five], says[six] = 3, 4, (1, 0), (0, 1)
    table = ngrams.Table(rarity, says, np.array([0.5, 0], np.float32))
    assert table(padded([5, 6])) == pytest.approx(np.array([[3 / 5 + 0.5, 4 / 5]]))
    assert table(padded([7], [5, 6, 9])) == pytest.approx(np.array([[0.5, 0], [3 / 5 + 0.5, 4 / 5]]))


def test_a_table_learns_the_words_of_each_head_and_says_nothing_of_one_without_all_labels(network: SentimentModel):
    words = ("awful broken", "office door", "love great")
    tone = [Lesson(f"number {i} {words[i % 3]}", i % 3, ()) for i in range(60)]
    toward = [Lesson(f"both {i}", UNKNOWN, ((f"{TARGET} {words[2 - i % 3]} {i}", i % 3),)) for i in range(60)]
    table = learn_table(network, [*tone, *tone, *toward], (1, 0.5))
    texts = ["it is love", "an awful day", "the door"]
    assert replace(network, runner=table).logits(texts)[:, :3].argmax(1).tolist() == [2, 0, 1]
    assert replace(network, runner=table).logits(texts)[:, 3:].argmax(1).tolist() == [0, 2, 1]
    blind = learn_table(network, [*tone, *toward[::3]], (0.5, 1))
    assert not blind.says[:, 3:].any() and not blind.bias[3:].any()
    assert np.abs(blind.says[:, :3]).max() == pytest.approx(np.abs(table.says[:, :3]).max() / 2, rel=0.1)


def test_a_table_is_kept_in_half_precision_and_makes_another_version(tmp_path: Path):
    folder = tmp_path / "adapter"
    shutil.copytree(catalog.SHIPPED, folder)
    assert catalog.version(str(folder)) == catalog.version("default")
    shipped = ngrams.read_table(folder)
    assert shipped is not None
    replace(shipped, bias=shipped.bias + 1).save(folder)
    changed = ngrams.read_table(folder)
    assert changed is not None and changed.bias == pytest.approx(shipped.bias + 1, abs=0.002)
    assert (changed.says == shipped.says).all() and (changed.rarity == shipped.rarity).all()
    assert catalog.version(str(folder)) != catalog.version("default")
    (folder / ngrams.FILE).unlink()
    assert ngrams.read_table(folder) is None
    assert catalog.version(str(folder)) not in (catalog.version("default"), "")


def test_the_shipped_table_adds_to_the_network_what_it_is_for(model: SentimentModel, network: SentimentModel):
    later = written.read(written.FOLDER / "later")[::4]  # never learned from
    messages = [(each.text, each.tone) for each in later if each.tone is not None]
    texts, tones = [text for text, _ in messages], [tone for _, tone in messages]
    both, alone = (report(each.predict(texts), tones) for each in (model, network))
    print(f"\nwith the table {both}\nthe network alone {alone}")
    assert both["macro_recall"] > alone["macro_recall"]


def test_a_score_is_the_same_on_every_way_and_in_any_company(model: SentimentModel):
    texts = ["great crew", "they never called back, and the tile is cracked", "so it goes"]
    assert np.concatenate([model.logits([text]) for text in texts]) == pytest.approx(model.logits(texts), abs=1e-5)
