"""Other brands in the same breath: read, counted once, and read again where brands are called otherwise."""

import json
from datetime import datetime
from typing import Any

import pytest

from models import text as model_text
from pipeline import forget, publish, readings, reads, run, settings, store, whole_words
from pipeline.beside import others_in
from pipeline.file_cursors import FileCursor
from pipeline.publish import ModelFacts
from pipeline.sources.about import is_about
from pipeline.store import Workspace
from pipeline.touch import Account, Brand, Mapped, Record, Touch
from tests.conftest import orchard_here
from tests.test_store import Fixed
from tests.worlds import save_outcomes, student

OURS = {"key": "tamrow", "name": "Tamrow Build", "handles": ["tamrowbuild"]}
QUILL = {"key": "quillstone", "name": "Quillstone", "handles": ["quillstone_co"]}
FEN = {"key": "fenmarsh", "name": "Fenmarsh"}
TEXTS = {
    1: "@tamrowbuild thanks, lovely deck",
    2: "@tamrowbuild Quillstone left us a mess and you saved it",
    3: "Quill and Fenmarsh are both cheaper than @tamrowbuild",
    4: "¿Quillstone o @tamrowbuild?",
}


def said(number: int, text: str, who: str, day: int = 1) -> Mapped:
    account = Account(f"x:{who}", "x", who)
    touch = Touch(f"x:{number}", "x", "tamrow", account, "in", "mention", datetime(2025, 1, day), text)
    return Mapped(Record(number, {}), touch)


def save(place: Workspace, *mapped: Mapped) -> None:
    cursor = FileCursor("f", f"sha{mapped[0].touch.id}", Brand("tamrow", "Tamrow Build"), "mapped", 1, True)
    save_outcomes(place, list(mapped), [], cursor)


def chosen(*competitors: dict[str, Any], **more: Any) -> settings.Settings:
    return settings.Settings(brand=OURS, competitors=competitors, **more)


def refresh(place: Workspace, how: settings.Settings, model: Any = None) -> list[str]:
    model = model or Fixed()
    return run.refresh(place, how, lambda: model, lambda: ModelFacts(model.version))


def rows(place: Workspace, sql: str) -> list[tuple]:
    with store.connect(place.mentions) as con:
        return con.execute(sql).fetchall()


def beside(place: Workspace) -> list[tuple]:
    return rows(place, "select touch_id, target from score_beside order by all")


@pytest.fixture
def four(workspace: Workspace) -> Workspace:
    """A workspace of four mentions, of which nothing was read yet."""
    save(workspace, *(said(number, text, f"who{number}") for number, text in TEXTS.items()))
    return workspace


def test_every_brand_that_a_text_names_has_a_score_and_the_brand_itself_has_one(four: Workspace):
    assert refresh(four, chosen(QUILL, FEN))[0] == "4 mentions read"
    assert beside(four) == [("x:2", "quillstone"), ("x:3", "fenmarsh")]
    assert rows(four, "select touch_id, brand from score order by all") == [(f"x:{n}", "tamrow") for n in TEXTS]
    save(four, said(5, TEXTS[2], "later"))
    assert refresh(four, chosen(QUILL, FEN))[0] == "0 mentions read"
    assert beside(four) == [("x:2", "quillstone"), ("x:3", "fenmarsh"), ("x:5", "quillstone")]


def test_a_text_is_read_toward_the_other_brand_with_its_names_as_the_target(four: Workspace):
    asked = []

    class Listening(Fixed):
        def predict(self, texts, progress, target, others):
            asked.append((sorted(texts), target[0], sorted(others)))
            return super().predict(texts, progress, target, others)

    refresh(four, chosen(QUILL), Listening())
    ours, theirs = ["Tamrow Build", "tamrow", "tamrowbuild"], ["Quillstone", "quillstone", "quillstone_co"]
    assert asked == [(sorted(TEXTS[n] for n in (1, 2, 3)), "tamrow", theirs), ([TEXTS[2]], "quillstone", ours)]


def test_another_brand_is_named_with_either_apostrophe_and_over_the_end_of_a_line():
    names = {"tamrow": ("Tamrow",), "mo": ("Mo's", ""), "fen": ("Fen Marsh",)}
    assert others_in("Mo’s and FEN\nmarsh", "tamrow", names) == ["mo", "fen"]
    assert others_in("Mo s Fen Marshes", "tamrow", names) == []


def test_another_brand_is_named_in_one_word_or_with_dashes_as_the_model_finds_it():
    names = {"virgin": ("Virgin",), "air": ("Virgin America",), "fen": ("@fen_marsh",)}
    for text in ("VirginAmerica was late", "#virgin_america!", "virgin-america"):
        assert others_in(text, "fen", names) == ["air"]
    assert others_in("VirginAmericas, fenmarsh", "virgin", names) == []
    assert others_in("#Fen_Marsh", "virgin", names) == ["fen"]


def test_another_brand_is_named_where_a_reader_sees_it_and_not_in_an_address():
    names = {"tamrow": ("Tamrow",), "at": ("AT&T",), "fen": ("Fen Marsh",)}
    assert others_in("AT&amp;T, and AT&amp;amp;T", "tamrow", names) == ["at"]
    assert others_in("late, see https://fenmarsh.example/AT&T?q=tamrow or Fen www.at&t.example Marsh", "x", names) == []


def test_a_name_inside_a_longer_name_is_no_name_of_another_brand():
    names = {"virgin": ("Virgin",), "air": ("Virgin America", "VA"), "cola": ("Virgin Cola",)}
    assert others_in("Virgin America and virgin  cola", "virgin", names) == ["air", "cola"]
    assert others_in("Virgin America, VA for short", "air", names) == []
    assert others_in("Virgin America is no Virgin", "air", names) == ["virgin"]


def test_what_a_phrase_rule_decides_says_nothing_of_another_brand(four: Workspace):
    refresh(four, chosen(QUILL, rules=({"phrase": "saved it", "feeling": "positive"},)))
    assert beside(four) == []


def test_the_numbers_of_a_brand_are_the_same_without_what_was_said_of_others(four: Workspace):
    refresh(four, chosen(QUILL, FEN))
    same = "select * from derived.brand_index order by all"
    with_it = rows(four, same)
    with store.connect(four.mentions) as con:
        con.execute("delete from score_beside")
    publish.relate(four, chosen(QUILL, FEN), ModelFacts("fixed"))
    assert with_it and rows(four, same) == with_it


def test_who_is_forgotten_leaves_nothing_of_what_they_said_of_others(four: Workspace):
    refresh(four, chosen(QUILL, FEN))
    forget.forget(four, "x:who2", "Mo")
    assert beside(four) == [("x:3", "fenmarsh")]


def test_a_model_that_dies_among_the_others_leaves_no_score_without_them(four: Workspace):
    class Dying(Fixed):
        def predict(self, texts, progress, target, others):
            if target[0] == "quillstone":
                raise RuntimeError("no memory")
            return super().predict(texts, progress, target, others)

    with pytest.raises(RuntimeError, match="no memory"):
        refresh(four, chosen(QUILL), Dying())
    assert rows(four, "select count(*) from score") == [(0,)]
    assert refresh(four, chosen(QUILL))[0] == "4 mentions read" and beside(four) == [("x:2", "quillstone")]


def test_a_new_alias_has_exactly_the_texts_read_again_that_it_stands_in(four: Workspace, model: readings.Model):
    first = chosen(QUILL, FEN)
    assert refresh(four, first, model)[0] == "4 mentions read"
    when = "select touch_id, scored_at from score where touch_id <> 'x:3' order by all"
    before, third = rows(four, when), rows(four, "select * exclude (scored_at) from score where touch_id = 'x:3'")
    assert refresh(four, first, model)[0] == "0 mentions read"
    aliased = chosen(QUILL | {"terms": ["Quill"]}, FEN)
    again = "1 of them again, since brands are called or found otherwise, or came or went"
    assert refresh(four, aliased, model)[:2] == ["1 mentions read", again]
    assert rows(four, when) == before
    assert rows(four, "select * exclude (scored_at) from score where touch_id = 'x:3'") != third
    assert beside(four) == [("x:2", "quillstone"), ("x:3", "fenmarsh"), ("x:3", "quillstone")]
    assert rows(four, "select detail from run order by finished_at desc limit 1")[0][0].startswith(
        f"1 mentions read; {again}"
    )
    assert refresh(four, aliased, model)[0] == "0 mentions read"


def test_an_alias_that_goes_to_another_competitor_is_asked_toward_that_one(four: Workspace, model: readings.Model):
    refresh(four, chosen(QUILL | {"terms": ["Quill"]}, FEN), model)
    assert refresh(four, chosen(QUILL, FEN | {"terms": ["Quill"]}), model)[0] == "1 mentions read"
    assert beside(four) == [("x:2", "quillstone"), ("x:3", "fenmarsh")]


def test_what_was_scored_before_anybody_kept_names_is_read_again_where_it_names_others(four: Workspace):
    refresh(four, chosen(QUILL, FEN))
    with store.connect(four.mentions) as con:  # as a workspace of the version before is
        con.execute("delete from score_beside")
        con.execute("delete from called")
    assert refresh(four, chosen(QUILL, FEN))[0] == "2 mentions read"
    assert beside(four) == [("x:2", "quillstone"), ("x:3", "fenmarsh")]


def test_another_way_to_compute_is_another_set_of_scores_beside_the_old_one(four: Workspace):
    refresh(four, chosen())
    assert refresh(four, chosen(model={"backend": "onnx"}))[0] == "0 mentions read"
    assert refresh(four, chosen(model={"backend": "torch"}))[0] == "4 mentions read"
    assert rows(four, "select model, count(*) from score group by 1 order by 1") == [("fixed", 4), ("fixed+torch", 4)]
    assert refresh(four, chosen())[0] == "0 mentions read"


def test_what_is_said_of_how_a_model_is_read_is_part_of_what_its_scores_are_kept_under():
    said = [{}, {"labels": {"LABEL_0": "negative"}}, {"languages": []}, {"languages": ["de"]}, {"cleaning": "orchard"}]
    kept = [readings.kept_under("m", chosen(model=each)) for each in said]
    assert kept[0] == "m" and len(set(kept)) == len(said)
    assert all(name.startswith("m+read-") for name in kept[1:])


def test_status_names_the_brands_that_are_called_otherwise(four: Workspace):
    settings_of = '[brand]\nkey = "tamrow"\nname = "Tamrow Build"\nhandles = ["tamrowbuild"]\n'
    (four.folder / "brand.toml").write_text(settings_of)
    assert orchard_here(four.folder, "score").stdout == "4 mentions read\n"
    assert json.loads(orchard_here(four.folder, "status", "--json").stdout)["called_otherwise"] == ""
    (four.folder / "brand.toml").write_text(
        settings_of + 'terms = ["Tam"]\n\n[[competitors]]\nkey = "fen"\nname = "F"\n'
    )
    assert json.loads(orchard_here(four.folder, "status", "--json").stdout)["called_otherwise"] == "fen, tamrow"
    assert orchard_here(four.folder, "score").stdout == "0 mentions read\n"
    assert json.loads(orchard_here(four.folder, "status", "--json").stdout)["called_otherwise"] == ""


class Moody(Fixed):
    """A model that reads +0.6 toward Quillstone, and toward anybody else what the last word says."""

    def predict(self, texts, progress, target, others):
        if target[0] == "quillstone":
            return [[0.1, 0.2, 0.7] for _ in texts]
        return [{"good": [0.0, 0.2, 0.8], "bad": [0.7, 0.2, 0.1]}[text.split()[-1]] for text in texts]


def test_the_difference_counts_people_and_has_an_interval(workspace: Workspace):
    """Two messages of a, then b to e: own feelings .8 and −.6, .8, .8, −.6, −.6; toward Quillstone always .6."""
    words = [("a", "good"), ("a", "bad"), ("b", "good"), ("c", "good"), ("d", "bad"), ("e", "bad")]
    save(workspace, *(said(n, f"Quillstone, number {n}, is {how}", who) for n, (who, how) in enumerate(words)))
    save(workspace, said(20, "all of it good", "f"))
    refresh(workspace, chosen(QUILL), Moody())
    ((target, mentions, people, difference, low, high, few),) = rows(
        workspace, "select target, mentions, people, difference, low, high, few from derived.beside"
    )
    mean = (0.5 - 0.2 - 0.2 + 1.2 + 1.2) / 5
    se = student(5) * (sum((d - mean) ** 2 for d in (0.5, -0.2, -0.2, 1.2, 1.2)) / 4 / 5) ** 0.5
    assert (target, mentions, people, few) == ("quillstone", 6, 5, True)
    assert (difference, low, high) == pytest.approx((mean, mean - 1.645 * se, mean + 1.645 * se), abs=1e-6)
    found = reads.frame(store.open_published(workspace.published), "beside", brand="tamrow")
    assert found[["target", "people"]].to_numpy().tolist() == [["quillstone", 5]]


def test_of_four_people_and_of_what_is_older_than_a_year_there_is_no_difference(workspace: Workspace):
    save(workspace, *(said(n, f"Quillstone, number {n}, is bad", f"who{n}") for n in range(4)))
    old = said(9, "Quillstone, long ago, is bad", "who9")
    old = Mapped(old.record, Touch(**old.touch.__dict__ | {"at": datetime(2023, 12, 30)}))
    save(workspace, old)
    refresh(workspace, chosen(QUILL), Moody())
    assert rows(workspace, "select people, difference, low from derived.beside") == [(4, None, None)]


@pytest.mark.parametrize(
    "text", ["AT&amp;amp;T &sect;", "see HTTPS://rival.example/x?y=1 now", "www.rival.example, rival.example"]
)
def test_links_and_entities_are_read_as_the_model_reads_them(text: str):
    assert whole_words.without_links(text) == model_text.without_links(text)


@pytest.mark.parametrize("names", [("Mo's", "@mo_s", "Mo", "#Fen-Marsh Co."), ("@", "  "), ()])
def test_names_are_found_by_what_the_model_finds_them_by(names: tuple[str, ...]):
    assert whole_words.names(names) == model_text.pattern(names)


@pytest.mark.parametrize(
    ("text", "about"),
    [("#TamrowBuild", True), ("AT&amp;T", True), ("see https://tamrow.example", True), ("tamrows, At & T", False)],
)
def test_what_is_about_a_brand_is_found_as_the_model_finds_it_or_by_a_link(text: str, about: bool):
    assert is_about(text, Brand("tamrow", "Tamrow Build", terms=("AT&T",))) == about


def test_what_an_orchard_of_before_found_otherwise_is_read_again(four: Workspace):
    how = chosen(QUILL, rules=({"phrase": "lovely deck", "read_as": "fine porch"},))
    before = "update called set reading = 1"
    assert run.score(four, how, Fixed()) == 4
    assert run.score(four, how, Fixed()) == 0
    rows(four, before)
    assert run.score(four, how, Fixed()) == 3  # by the rule, and what names Quillstone
    rows(four, f"{before}; update score set rule = 'of then' where touch_id = 'x:3'")
    assert run.score(four, how, Fixed()) == 4
    assert run.score(four, how, Fixed()) == 0
