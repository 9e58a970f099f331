"""Vectors of texts: made once, kept small, forgotten with the text, and told under the ids that the dashboard knows."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from pipeline import reads, run, settings, store, vectors
from pipeline.publish import ModelFacts
from pipeline.store import Workspace
from pipeline.touch import Brand
from tests.test_store import Fixed, cursor, said
from tests.worlds import save_outcomes
from views import _meaning

WIDTH = 48
TAMROW = Brand("tamrow", "Tamrow", ("tamrow",))


class Dice:
    """Stands for the embedder: a vector of chance for each text, always the same."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def vectors(self, texts: Sequence[str], names: Sequence[str], progress: vectors.Tick) -> vectors.Floats:
        self.read += texts
        progress(len(texts))
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) for text in texts]
        found = np.stack([np.random.default_rng(seed).normal(size=WIDTH) for seed in seeds])
        return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def refresh(place: Workspace, dice: Dice, version: str = "dice") -> None:
    reader = vectors.Reader(version, lambda: dice)
    run.refresh(place, settings.Settings(), Fixed, lambda: ModelFacts("fixed"), embedder=reader)


def published(place: Workspace) -> dict[str, bytes]:
    with store.open_published(place.published) as con:
        found = reads.frame(con, "vectors", brand="tamrow", many=99)
    return dict(zip(found["touch_id"], found["vector"], strict=True))


@pytest.fixture
def stocked(workspace: Workspace) -> Workspace:
    save_outcomes(workspace, [said(n, f"text {n % 3}") for n in range(5)], [], cursor(5))
    with store.connect(workspace.mentions) as con:
        con.execute("update touch set addressed = true")
    return workspace


def test_a_text_is_read_once_however_often_it_is_said_and_refreshed(stocked: Workspace):
    dice = Dice()
    refresh(stocked, dice)
    assert sorted(dice.read) == ["text 0", "text 1", "text 2"]
    before = published(stocked)
    refresh(stocked, dice)
    assert len(dice.read) == 3 and published(stocked) == before
    assert len(before) == 5 and before["x:0"] == before["x:3"] != before["x:1"]


def test_a_few_mentions_have_vectors_though_they_have_no_topics(stocked: Workspace):
    refresh(stocked, Dice())
    (expected,) = Dice().vectors(["text 2"], (), lambda done: None)
    (found,) = vectors.unpacked([published(stocked)["x:2"]])
    assert float(found @ expected) > 0.9998


def test_the_vector_of_a_text_that_nobody_says_any_more_is_forgotten(stocked: Workspace):
    refresh(stocked, Dice())
    with store.connect(stocked.mentions) as con:
        con.execute("delete from touch where text = 'text 1'")
    refresh(stocked, Dice())
    with store.connect(stocked.mentions) as con:
        kept = [digest for (digest,) in con.execute("select digest from text_vector").fetchall()]
    assert sorted(kept) == sorted(vectors.digest(text) for text in ("text 0", "text 2"))


def test_another_model_reads_everything_anew_and_its_vectors_alone_are_kept(stocked: Workspace):
    refresh(stocked, Dice())
    dice = Dice()
    refresh(stocked, dice, "better")
    assert len(dice.read) == 3
    with store.connect(stocked.mentions) as con:
        assert con.execute("select model, count(*) from text_vector group by all").fetchall() == [("better", 3)]


def test_the_digest_of_python_is_that_of_the_database(workspace: Workspace):
    texts = ["", "plain", "naïve café", "日本語 ☕", "a\u0000b"]
    with store.connect(workspace.mentions) as con:
        assert [con.execute("select md5(?)", [text]).fetchall()[0][0] for text in texts] == [
            vectors.digest(text) for text in texts
        ]


def test_a_vector_tells_no_id_of_people_who_never_spoke_to_the_brand(stocked: Workspace):
    refresh(stocked, Dice())
    with store.connect(stocked.mentions) as con:
        con.execute("update touch set addressed = false")
    refresh(stocked, Dice())
    with store.open_published(stocked.published) as con:
        shown = {touch for (touch,) in con.execute("select touch_id from pub.touch").fetchall()}
    assert set(published(stocked)) == shown and not any(touch.startswith("x:") for touch in shown)


def test_packing_moves_a_cosine_by_less_than_three_thousandths():
    chance = np.random.default_rng(1)
    made = chance.normal(size=(300, 384)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    again = vectors.unpacked(vectors.packed(made))
    assert np.abs(again @ again.T - made @ made.T).max() < 0.003
    assert len(vectors.packed(made)[0]) == 384


def test_the_closest_messages_are_those_that_all_cosines_name():
    rows = 7  # parts that do not divide the whole
    chance = np.random.default_rng(2)
    made = chance.normal(size=(40, 6)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    ids = [f"t{n}" for n in range(40)]
    frame = pd.DataFrame({"model": "m", "touch_id": ids, "vector": vectors.packed(made)})
    found = _meaning.to_meanings(frame, rows)
    assert found is not None
    cosines = vectors.unpacked(vectors.packed(made)) @ made[3]
    expected = [ids[row] for row in np.argsort(-cosines) if cosines[row] >= _meaning.NEAR]
    assert found.closest(made[3], rows) == expected and 3 < len(expected) < 40 and expected[0] == "t3"
    vector = found.of("t3")
    assert vector is not None and found.closest(vector, rows)[0] == "t3" and found.of("nobody") is None
