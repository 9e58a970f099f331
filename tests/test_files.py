"""The files that people really have: archives of X and the exports of monitoring products, with their oddities."""

import hashlib
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline import file_imports, forget, settings, sources, store, tables
from pipeline import touches as touches_module
from pipeline.sources import json_array, links
from pipeline.sources.files import FileError
from pipeline.store import Workspace
from pipeline.touch import Brand, Mapped, Record, Reject, Touch
from tests.conftest import PAYLOADS, TAMROW

UNDER_CONTRACT = "X does not let this product hand out text and author of its posts"


def outcomes(path: Path, brand: Brand = TAMROW, **options) -> list:
    name, records = sources.open_file(path, **options)
    return [*sources.to_touches(name, records, brand)]


def touches(path: Path, brand: Brand = TAMROW, **options) -> dict[str, Touch]:
    return {found.touch.id: found.touch for found in outcomes(path, brand, **options) if isinstance(found, Mapped)}


def reasons(path: Path, **options) -> list[str]:
    return [found.reason for found in outcomes(path, **options) if isinstance(found, Reject)]


def person(touch: Touch) -> str | None:
    return touch.account and touch.account.id


@pytest.fixture
def zipped(tmp_path: Path) -> Callable[..., Path]:
    """Make a zip of the archive's payload; members may be left out, or given as (name -> text)."""

    def make(without: tuple[str, ...] = (), under: str = "", **more: str) -> Path:
        path = tmp_path / "archive.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted((PAYLOADS / "xarchive").rglob("*.js")):
                if file.name not in without:
                    archive.write(file, f"{under}data/{file.name}")
            for name, text in more.items():
                archive.writestr(f"{under}data/{name.replace('__', '.').replace('_', '-')}", text)
        return path

    return make


# The archive of X


def test_an_archive_of_x_gives_the_companys_own_side(zipped):
    found = touches(zipped())
    short = {number[-2:]: touch for number, touch in found.items()}
    assert {number: (t.kind, person(t), t.conversation, t.reply_to) for number, t in short.items()} == {
        "02": ("reply", "x:900001", "x:1790000000000000001", "x:1790000000000000001"),
        "12": ("reply", None, "x:1790000000000000001", "x:1790000000000000002"),
        "20": ("mention", None, "x:1790000000000000020", None),
        "21": ("repost", "x:900003", "x:1790000000000000021", None),
        "22": ("quote", "x:900003", "x:1790000000000000022", None),
        "23": ("mention", "x:mo", "x:1790000000000000023", None),
        "25": ("mention", None, "x:1790000000000000025", None),
    }
    assert {(t.direction, t.public, t.addressed, t.author) for t in found.values()} == {
        ("out", True, False, "TamrowBuild")
    }
    assert short["20"].text == 'Open day on Saturday.\nBring boots & "patience" 🪵'
    assert short["20"].at == datetime(2024, 5, 14, 9, 0)
    assert short["02"].account.handle == "gus_p"
    assert reasons(zipped()) == [
        "replaced by an edited version, which the archive holds, too",
        "no text",
        "not a JSON object",
    ]


def test_direct_messages_are_read_only_where_they_are_wanted_and_go_both_ways(zipped):
    assert not [t for t in touches(zipped()).values() if t.kind == "message"]
    found = [t for t in touches(zipped(), direct_messages=True).values() if t.kind == "message"]
    assert [(t.direction, person(t), t.conversation, t.addressed, t.public) for t in found] == [
        ("in", "x:900003", "x:dm:1780000000000000000", False, False),
        ("out", None, "x:dm:1780000000000000000", False, False),
        ("out", "x:900001", "x:dm:900001-900100", False, False),
        ("in", "x:900001", "x:dm:900001-900100", True, False),
    ]
    assert [t.text for t in found][-1] == "could you ring before you come"


def test_the_zip_and_its_folder_give_the_same_touches(zipped):
    assert touches(zipped(), direct_messages=True) == touches(PAYLOADS / "xarchive", direct_messages=True)
    assert touches(zipped(under="twitter-2024-05-20-abc/")) == touches(zipped())


def test_large_and_old_archives_have_their_posts_in_other_files(zipped):
    part = 'window.YTD.tweets.part1 = [ {"tweet": {"id_str": "1790000000000000090", "full_text": "part two", '
    part += '"created_at": "Tue May 14 12:01:00 +0000 2024"} } ]'
    assert "x:1790000000000000090" in touches(zipped(tweets_part1__js=part))
    old = '\ufeffwindow.YTD.tweet.part0 = [{"id_str": "1290000000000000090", "full_text": "long ago", '
    old += '"created_at": "Tue May 14 12:01:00 +0000 2019", "entities": null}]'
    assert [*touches(zipped(without=("tweets.js",), tweet__js=old))] == ["x:1290000000000000090"]


def test_an_archive_that_was_cut_gives_its_sound_part_and_one_reject(zipped):
    text = (PAYLOADS / "xarchive" / "data" / "tweets.js").read_text(encoding="utf-8")
    cut = text[: text.index("1790000000000000022") - 40]
    path = zipped(without=("tweets.js",), tweets__js=cut)
    assert [number[-2:] for number in touches(path)] == ["02", "12", "20", "21"]
    assert [reason.split(":")[0] for reason in reasons(path)] == ["JSON breaks off"]


@pytest.mark.parametrize(
    ("without", "more", "message"),
    [
        (("tweets.js",), {}, r"the archive holds no posts \(data/tweets.js\)"),
        (("account.js",), {}, "not an archive of X: no data/account.js in it"),
        (("account.js",), {"account__js": "window.YTD.account.part0 = [ ]"}, "does not say whose archive it is"),
    ],
)
def test_a_zip_that_is_no_whole_archive_says_what_is_missing(without, more, message: str, zipped):
    with pytest.raises(FileError, match=message):
        sources.open_file(zipped(without=without, **more))


def test_a_zip_that_is_cut_off_is_called_so(zipped):
    path = zipped()
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(FileError, match=r"a damaged zip .* download it again"):
        sources.open_file(path)


def test_an_archive_with_an_empty_list_of_posts_is_imported_as_nothing(zipped, workspace: Workspace):
    path = zipped(without=("tweets.js",), tweets__js="window.YTD.tweets.part0 = [ ]")
    counts = file_imports.import_file(workspace, path, TAMROW)
    assert (counts.read, counts.stored, counts.rejected) == (0, 0, {})


def test_an_archive_of_somebody_else_is_refused(zipped, workspace: Workspace):
    with pytest.raises(FileError, match=r"archive\.zip: the archive is of @TamrowBuild, which is no handle"):
        file_imports.import_file(workspace, zipped(), Brand("quillstone", "Quillstone"))
    assert not workspace.mentions.exists()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(zipped, tmp_path: Path):
    path = zipped(without=("tweets.js",), tweets__js="[" + " " * (20 << 20) + "]")
    assert path.stat().st_size < 100_000
    with pytest.raises(FileError, match="would unpack to 20,971,522 bytes"):
        outcomes(path)


def test_names_that_lead_out_of_the_zip_are_not_followed(tmp_path: Path, zipped):
    (tmp_path / "outside.js").write_text("secret")
    path = zipped()
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../data/../tweets.js", "[1]")
        archive.writestr("/data/../../outside.js", "[1]")
        archive.writestr("a/b/data/tweets.js", "[1]")
    before = sorted(tmp_path.rglob("*"))
    assert len(touches(path)) == 7
    assert sorted(tmp_path.rglob("*")) == before


def test_a_damaged_zip_is_named_as_such(zipped):
    path = zipped()
    damaged = bytearray(path.read_bytes())
    place = damaged.index(b"data/tweets.js") + 200
    damaged[place : place + 40] = b"x" * 40
    path.write_bytes(damaged)
    with pytest.raises(FileError, match=r"data/tweets.js in it cannot be read .*; download it again"):
        outcomes(path)
    path.write_bytes(bytes(damaged[:-30]))
    with pytest.raises(FileError, match=r"archive\.zip"):
        outcomes(path)


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (b"BZh91AY&SY", "packed by bzip2; unpack it"),
        (b"%PDF-1.7\n", "a PDF, which has no columns"),
    ],
)
def test_a_file_that_is_no_text_is_called_what_it_is(first: bytes, words: str, tmp_path: Path):
    (tmp_path / "export.csv").write_bytes(first + bytes(range(256)) * 9)
    for options in ({}, {"mapping": {"text": "a", "author": "b", "at": "c"}, "encoding": "utf-8"}):
        with pytest.raises(FileError, match=words):
            sources.open_file(tmp_path / "export.csv", **options)


def test_a_folder_is_told_of_watch_and_a_pipe_to_be_saved(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match="pipe: no file that can be read twice"):
        sources.open_file(tmp_path / "pipe")
    with pytest.raises(FileError, match=r"it holds no \.js file; --watch takes in"):
        sources.open_file(tmp_path)
    with pytest.raises(FileError, match="--watch takes in"):
        sources.open_file(tmp_path, mapping={"text": "a", "author": "b", "at": "c"})


def test_a_file_that_is_no_table_is_not_told_whole(tmp_path: Path):
    (tmp_path / "export.csv").write_text(",".join(["a" * 10_000, *map(str, range(5_000))]))
    with pytest.raises(FileError) as refused:
        sources.open_file(tmp_path / "export.csv", mapping={"text": "Body", "author": "1", "at": "2"})
    assert re.search(r"no column Body; it has a{40}…, 0, 1, .*, 58 and 4941 more$", str(refused.value))


def test_a_character_that_is_cut_off_at_the_end_is_told(tmp_path: Path, workspace: Workspace):
    (tmp_path / "a.csv").write_bytes("Body,User,Date\nhi,mia,2026-01-01\ncafé".encode()[:-1])
    mapping = {"text": "Body", "author": "User", "at": "Date"}
    counts = file_imports.import_file(workspace, tmp_path / "a.csv", TAMROW, mapping=mapping)
    assert (counts.stored, counts.lost) == (1, "some bytes are no utf-8, and became \ufffd")


def test_an_author_of_talkwalker_that_is_no_object_is_a_reject_that_says_so(tmp_path: Path):
    document = {"url": "https://a.example/1", "published": 1741079520000, "search_indexed": 1741079520000}
    (tmp_path / "t.json").write_text(json.dumps([document | {"content": "hi", "extra_author_attributes": "gus"}]))
    assert [found.reason for found in outcomes(tmp_path / "t.json", wanted="talkwalker")] == [
        "extra_author_attributes is no object"
    ]


def test_an_encrypted_zip_is_named_as_such(zipped):
    path = zipped()
    content = path.read_bytes()
    for start, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # a file, and its entry in the directory
        parts = content.split(start)
        content = start.join([parts[0], *(part[: flags - 4] + b"\x01" + part[flags - 3 :] for part in parts[1:])])
    path.write_bytes(content)
    with pytest.raises(FileError, match="in it is encrypted; unpack it, and import the folder"):
        outcomes(path)


def test_the_settings_decide_on_direct_messages_and_a_changed_mind_imports_again(zipped, workspace: Workspace):
    workspace.folder.mkdir()
    shutil.move(zipped(), workspace.folder / "x.zip")
    entry = '[[sources]]\ntype = "file"\npath = "*.zip"\nbrand = "TamrowBuild"\n'
    lines = []
    for more in ("", "direct_messages = true\n", "direct_messages = true\n"):
        (workspace.folder / "brand.toml").write_text(entry + more)
        lines.append([*file_imports.collect_files(workspace, settings.load(workspace.folder))])
    assert [line for found in lines for line in found] == [
        "x.zip: 7 stored of 10 (0 already had, 0 not about TamrowBuild, 3 rejected)",
        "x.zip: 4 stored of 16 (7 already had, 2 not about TamrowBuild, 3 rejected)",
    ]
    assert len(lines) == 3


def test_posts_of_the_archive_meet_those_of_other_files(zipped, workspace: Workspace):
    first = file_imports.import_file(workspace, zipped(), TAMROW)
    for name in ("fourcat", "brandwatch", "meltwater", "sprout"):
        counts = file_imports.import_file(workspace, PAYLOADS / f"{name}.csv", TAMROW)
        assert counts.already >= 1, name
        assert not [reason for reason in counts.rejected if "another message" in reason]
    with store.connect(workspace.mentions) as con:
        kept = con.execute("select text from touch where touch_id = 'x:1790000000000000002'").fetchall()
    assert first.stored == 7
    assert kept == [("@gus_p We will come on Tuesday.",)]


# The exports of monitoring products


def test_fourcat_gives_both_directions_of_one_person_by_number():
    found = touches(PAYLOADS / "fourcat.csv")
    assert [(t.direction, t.kind, person(t), t.addressed) for t in found.values()] == [
        ("in", "mention", "x:900001", True),
        ("out", "reply", "x:900001", False),
        ("in", "reply", "x:900001", True),
        ("in", "repost", "x:900002", True),
        ("in", "quote", "x:900003", True),
    ]
    assert {t.conversation for t in [*found.values()][:3]} == {"x:1790000000000000001"}
    assert found["x:1790000000000000001"].text == '@TamrowBuild the stairs\nstill creak, "quietly"'


def test_brandwatch_is_found_below_its_block_of_lines_and_its_rows_have_their_own_networks():
    found = [*touches(PAYLOADS / "brandwatch.csv").values()]
    assert [(t.source, t.direction, t.kind, person(t)) for t in found] == [
        ("x", "in", "mention", "x:900001"),
        ("x", "out", "reply", "x:900001"),
        ("news", "in", "mention", "news:harrowgazette.example/ana lee"),
        ("bluesky", "in", "mention", "bluesky:did:plc:abc123"),
        ("forum", "in", "reply", "forum:boards.example/chisel9"),
    ]
    assert [t.conversation for t in found[:2]] == ["x:1790000000000000001"] * 2
    assert found[2].text.startswith("A stair that does not creak\nThe joiners of Tamrow Build")
    assert found[3].id == "bluesky:at://did:plc:abc123/app.bsky.feed.post/3kabc"
    assert found[4].conversation == "forum:77"
    assert reasons(PAYLOADS / "brandwatch.csv")[0].startswith(UNDER_CONTRACT)


def test_brandwatch_of_other_years_is_known_by_its_other_names(tmp_path: Path):
    text = (PAYLOADS / "brandwatch.csv").read_text(encoding="utf-8-sig")
    older = (
        text.replace("X Author ID", "Twitter Author ID").replace("Full Text", "full_text").replace("Query Id,", "Id,")
    )
    assert older != text
    (tmp_path / "old.csv").write_text(older)
    assert touches(tmp_path / "old.csv") == touches(PAYLOADS / "brandwatch.csv")


OLD_MELTWATER = (
    "Date\tHeadline\tURL\tOpening Text\tHit Sentence\tSource\tInfluencer\tCountry\tReach\tSentiment\tInput Name\n"
    "29-Apr-2021 08:34PM\t\thttp://twitter.com/gus_p/statuses/1387000000000000001\t\t"
    '"RT @TamrowBuild: open day ""soon"""\tTwitter\t@gus_p\tUK\t12\tPositive\tTamrow\n'
    "30-Apr-2021 07:00AM\tOak prize\thttps://harrowgazette.example/oak\tIt was late.\tTamrow Build won.\t"
    "Harrow Gazette\tAna Lee\tUK\t9000\tPositive\tTamrow\n"
    "30-Apr-2021\tAgenda\t\t\tTamrow Build opens.\tHarrow Gazette\t\tUK\t9000\tNeutral\tTamrow\n"
)


def test_meltwater_of_the_older_generation_has_handles_and_authors_in_one_column(tmp_path: Path):
    (tmp_path / "old.csv").write_bytes(OLD_MELTWATER.encode("utf-16"))
    found = [*touches(tmp_path / "old.csv").values()]
    assert [(t.kind, person(t), t.at, t.text) for t in found] == [
        ("repost", "x:gus_p", datetime(2021, 4, 29, 20, 34), 'RT @TamrowBuild: open day "soon"'),
        (
            "mention",
            "news:harrowgazette.example/ana lee",
            datetime(2021, 4, 30, 7),
            "Oak prize\nTamrow Build won.",
        ),
        ("mention", "news:harrow gazette", datetime(2021, 4, 30), "Agenda\nTamrow Build opens."),
    ]
    assert found[2].account.kind == "organisation"


def test_meltwater_of_the_newer_generation_has_date_and_time_apart():
    found = [*touches(PAYLOADS / "meltwater.csv").values()]
    assert [(t.source, t.direction, person(t), t.at.hour) for t in found] == [
        ("x", "in", "x:gus_p", 12),
        ("x", "out", "x:gus_p", 12),
        ("news", "in", "news:harrowgazette.example/ana lee", 8),
        ("news", "in", "news:harrowgazette.example", 8),
    ]
    assert found[0].text == '@TamrowBuild the stairs\nstill creak, "quietly"'
    first, second = reasons(PAYLOADS / "meltwater.csv")
    assert first.startswith(UNDER_CONTRACT) and second == "row is cut off: fewer cells than the header has"


def test_sprouts_posts_all_go_out_and_other_profiles_are_not_about_the_brand(workspace: Workspace):
    found = touches(PAYLOADS / "sprout.csv")
    assert [(t.source, t.direction, t.kind, person(t), t.at) for t in found.values()] == [
        ("x", "out", "reply", "x:gus_p", datetime(2024, 5, 13, 12, 30)),
        ("facebook", "out", "mention", None, datetime(2024, 5, 14, 9)),
    ]
    assert file_imports.import_file(workspace, PAYLOADS / "sprout.csv", TAMROW).not_about == 1


def test_talkwalkers_documents_are_read_plain_and_wrapped():
    found = [*touches(PAYLOADS / "talkwalker.json").values()]
    assert [(t.source, t.kind, person(t), t.at) for t in found] == [
        ("news", "mention", "news:harrowgazette.example/ana lee", datetime(2024, 5, 14, 8)),
        ("x", "mention", "x:900001", datetime(2024, 5, 13, 12)),
        ("reddit", "reply", "reddit:chisel9", datetime(2024, 5, 13, 12)),
        ("forum", "mention", "forum:boards.example/oakfan", datetime(2024, 5, 13, 12)),
    ]
    assert reasons(PAYLOADS / "talkwalker.json")[0].startswith(UNDER_CONTRACT)


def test_talkwalkers_documents_of_x_alone_are_still_recognised(tmp_path: Path):
    bare = {"external_id": "1790000000000000009", "external_author_id": "9", "external_provider": "twitter"}
    (tmp_path / "x.json").write_text(json.dumps([bare | {"indexed": 1715673700000}]))
    (reason,) = reasons(tmp_path / "x.json")
    assert reason.startswith(UNDER_CONTRACT)


def test_one_article_in_three_products_is_one_touch(workspace: Workspace):
    for name in ("brandwatch.csv", "meltwater.csv", "talkwalker.json"):
        file_imports.import_file(workspace, PAYLOADS / name, TAMROW)
    with store.connect(workspace.mentions) as con:
        sql = "select count(*) from touch where url like '%oak-prize'"
        assert con.execute(sql).fetchall() == [(1,)]


PAGE = "https://www.trustpilot.com/review/tamrow.example"
VIDEO = "https://www.youtube.com/watch?v=oak"


def brandwatch_file(path: Path, *rows: tuple[str, str, str]) -> Path:
    """Write what authors said of the brand on one page, and when, as Brandwatch exports it."""
    table = [["Query Id", "Query Name", "Date", "Url", "Domain", "Page Type", "Author", "Full Text", "Title"]]
    table += [["7", "Tamrow", at, PAGE, "trustpilot.com", "review", author, text, ""] for author, at, text in rows]
    path.write_text("".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in table), encoding="utf-8")
    return path


def talkwalker_file(path: Path, *rows: tuple[str, int, str]) -> Path:
    """Write comments on one video, each with its author and day of January, as Talkwalker exports them."""
    day = 86_400_000
    documents = [
        {"external_id": f"c{number}", "url": VIDEO, "published": 1735689600000 + at * day, "content": text}
        | {"source_type": ["SOCIALMEDIA", "SOCIALMEDIA_YOUTUBE"], "extra_author_attributes": {"short_name": author}}
        | {"chunk_type": "CT_RESULT", "indexed": 1735689600000, "search_indexed": 1735689600000}
        for number, (author, at, text) in enumerate(rows)
    ]
    path.write_text(json.dumps(documents), encoding="utf-8")
    return path


def meltwater_file(path: Path, *rows: tuple[str, str, str]) -> Path:
    """Write what authors said of the brand on the page of brandwatch_file, as Meltwater exports it."""
    table = [["Date", "Time", "Document ID", "URL", "Hit Sentence", "Source Type", "Author Name", "Author Handle"]]
    table += [[at, "09:00", str(n), PAGE, text, "review", author, ""] for n, (author, at, text) in enumerate(rows)]
    path.write_text("".join("\t".join(row) + "\n" for row in table), encoding="utf-8")
    return path


REVIEWS = (
    ("Jane", "2025-01-02 09:00:00", "Lovely stairs"),
    ("Bob", "2025-01-02 09:00:00", "They creak"),
    ("Al", "2025-01-02 09:00:00", "They creak"),
    ("Jane", "2025-01-09 10:00:00", "Now they creak"),
)


def stored_texts(workspace: Workspace) -> list[tuple[str, str]]:
    """Return who said what, as it is stored."""
    with store.connect(workspace.mentions) as con:
        sql = "select name, text from touch join account using (account_id) order by happened_at, name, text"
        return con.execute(sql).fetchall()


def test_reviews_of_one_page_are_all_kept_and_none_twice(tmp_path: Path, workspace: Workspace):
    file = brandwatch_file(tmp_path / "b.csv", *REVIEWS, REVIEWS[1])
    counts = file_imports.import_file(workspace, file, TAMROW)
    assert (counts.read, counts.stored, counts.already, counts.rejected) == (5, 4, 1, {})
    assert stored_texts(workspace) == [
        ("Al", "They creak"),
        ("Bob", "They creak"),
        ("Jane", "Lovely stairs"),
        ("Jane", "Now they creak"),
    ]
    again = file_imports.import_file(workspace, brandwatch_file(tmp_path / "c.csv", *reversed(REVIEWS)), TAMROW)
    assert (again.read, again.stored, again.already, again.rejected) == (4, 0, 4, {})
    with store.connect(workspace.mentions) as con:
        kept = con.execute("select touch_id, conversation, url from touch order by stored_at, touch_id").fetchall()
        assert con.execute("select count(*), count(distinct touch_id) from raw").fetchall() == [(4, 4)]
    assert {url for *_, url in kept} == {PAGE} and all(conversation == key for key, conversation, _ in kept)
    assert f"review:{hashlib.sha256(PAGE.encode()).hexdigest()[:20]}" in {key for key, *_ in kept}


def test_one_review_a_file_gives_the_same_touches_as_all_in_one(tmp_path: Path, workspace: Workspace):
    together = Workspace(tmp_path / "together")
    file_imports.import_file(together, brandwatch_file(tmp_path / "all.csv", *REVIEWS), TAMROW)
    for review in (*REVIEWS, *REVIEWS):
        file_imports.import_file(workspace, brandwatch_file(tmp_path / "one.csv", review), TAMROW)
    assert stored_texts(workspace) == stored_texts(together)


def test_comments_on_one_video_are_all_kept(tmp_path: Path, workspace: Workspace):
    file = talkwalker_file(tmp_path / "t.json", ("ann", 1, "oak!"), ("bo", 2, "pine!"), ("ann", 3, "oak again"))
    for stored in (3, 0):
        counts = file_imports.import_file(workspace, file, TAMROW)
        assert (counts.read, counts.stored, counts.already) == (3, stored, 3 - stored)


def test_a_message_that_a_product_tells_in_other_words_is_still_one(tmp_path: Path, workspace: Workspace):
    file_imports.import_file(workspace, brandwatch_file(tmp_path / "b.csv", REVIEWS[0]), TAMROW)
    for text, at in (("Lovely", "2025-01-02 09:00:00"), ("Lovely stairs", "2025-01-02 10:00:00")):
        counts = file_imports.import_file(workspace, brandwatch_file(tmp_path / "c.csv", ("Jane", at, text)), TAMROW)
        assert (counts.stored, counts.already, counts.rejected) == (0, 1, {})


def test_another_author_whom_another_product_tells_at_a_link_is_a_reject_that_says_so(
    tmp_path: Path, workspace: Workspace
):
    file_imports.import_file(workspace, brandwatch_file(tmp_path / "b.csv", *REVIEWS), TAMROW)
    rows = (("Jane", "2025-01-03", "stairs"), ("Bob", "2025-01-02", "creak"), ("Zed", "2025-01-05", "Late, but good"))
    for _ in range(2):
        counts = file_imports.import_file(workspace, meltwater_file(tmp_path / "m.csv", *rows), TAMROW)
        assert (counts.stored, counts.already, counts.rejected) == (0, 2, {touches_module.UNSURE: 1})


def test_a_review_is_not_stored_anew_once_the_first_of_its_page_is_forgotten(tmp_path: Path, workspace: Workspace):
    file = brandwatch_file(tmp_path / "b.csv", *REVIEWS)
    file_imports.import_file(workspace, file, TAMROW)
    forget.forget(workspace, "review:trustpilot.com/jane", "me")
    counts = file_imports.import_file(workspace, file, TAMROW)
    assert (counts.stored, stored_texts(workspace)) == (0, [("Al", "They creak"), ("Bob", "They creak")])


def test_a_payload_that_no_reader_of_json_takes_keeps_no_file_back(tmp_path: Path, workspace: Workspace):
    file = talkwalker_file(tmp_path / "t.json", ("ann", 1, "oak!"), ("bo", 2, "pine!"))
    file.write_text(file.read_text().replace('"chunk_type"', f'"reach": {"9" * 400}, "chunk_type"'))
    assert file_imports.import_file(workspace, file, TAMROW).stored == 2


@pytest.mark.parametrize("name", ["fourcat.csv", "brandwatch.csv", "meltwater.csv", "sprout.csv"])
def test_unknown_columns_other_orders_and_other_spellings_change_nothing(name: str, tmp_path: Path):
    _, table = sources.open_file(PAYLOADS / name)
    records = [record for record in table if record.problem is None]
    header = [*reversed(table.header), "Colour of the reporter"]
    file = tmp_path / "export.csv"
    rows = [[record.values[column] for column in reversed(table.header)] + ["=1+1"] for record in records]
    lines = ["\t".join(f" {column.upper().replace(' ', '_')} " for column in header)]
    lines += ["\t".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    file.write_bytes("\n".join(lines).encode("utf-16-le"))
    assert touches(file) == touches(PAYLOADS / name)


def test_a_formula_in_a_cell_is_kept_as_text_and_leaves_as_text(tmp_path: Path, workspace: Workspace):
    rows = (PAYLOADS / "fourcat.csv").read_text(encoding="utf-8")
    (tmp_path / "f.csv").write_text(rows.replace("Tuesday it is", '"=HYPERLINK(""https://example.org"")"'))
    file_imports.import_file(workspace, tmp_path / "f.csv", TAMROW)
    with store.connect(workspace.mentions) as con:
        kept = con.sql("select text from touch where touch_id = 'x:1790000000000000003'").to_arrow_table()
    assert kept.to_pylist() == [{"text": '=HYPERLINK("https://example.org")'}]
    written = io.StringIO()
    tables.write_csv(kept, written)
    assert written.getvalue() == 'text\n"\'=HYPERLINK(""https://example.org"")"\n'


def test_a_csv_holds_lists_as_one_cell_and_numbers_as_exact_as_is_asked():
    rows = {
        "tags": [["warranty", "=1+1"], ["-a"], []],
        "feeling": [-0.123456789, 0.5, float("nan")],
        "many": [12345.6789, 0.0, 1e-9],
    }
    exact, rounded = io.StringIO(), io.StringIO()
    tables.write_csv(pa.table(rows), exact)
    tables.write_csv(pa.table(rows), rounded, 4)
    assert exact.getvalue().splitlines()[1] == "warranty; =1+1,-0.123456789,12345.6789"
    assert rounded.getvalue().splitlines()[1:] == [
        "warranty; =1+1,-0.1235,12346.0",
        "'-a,0.5,0.0",
        ",nan,1e-09",
    ]


def test_a_file_in_no_encoding_is_refused_by_name(tmp_path: Path):
    (tmp_path / "noise.csv").write_bytes(bytes([0x81, 0x8D, 0xFE, 0xFF, 0x00, 0x9D]) * 200)
    with pytest.raises(FileError, match=r"noise\.csv"):
        sources.open_file(tmp_path / "noise.csv")


def test_an_archive_with_other_options_is_refused_with_a_reason(zipped):
    for options in ({"wanted": "brandwatch"}, {"mapping": {"text": "a", "author": "b", "at": "c"}}):
        with pytest.raises(FileError, match="can only be an archive of X"):
            sources.open_file(zipped(), **options)


@pytest.mark.parametrize(
    ("link", "source", "native"),
    [
        ("https://mobile.twitter.com/gus/status/1790000000000000001?s=20", "x", "1790000000000000001"),
        ("http://www.x.com/i/statuses/1790000000000000001", "x", "1790000000000000001"),
        ("https://bsky.app/profile/did:plc:abc/post/3k", "bluesky", "at://did:plc:abc/app.bsky.feed.post/3k"),
        ("https://news.ycombinator.com/item?id=41", "hackernews", "41"),
        ("https://old.reddit.com/r/stairs/comments/abc/title/", "reddit", "t3_abc"),
        ("https://www.reddit.com/r/stairs/comments/abc/title/def/?context=3", "reddit", "t1_def"),
        ("https://notx.com/gus/status/1790000000000000001", "", None),
        ("javascript:alert('x.com/i/status/1')", "", None),
        ("https://[broken", "", None),
    ],
)
def test_a_link_tells_network_and_id_and_nothing_else_is_taken_for_one(link: str, source: str, native: str | None):
    assert links.source_of(link) == source
    assert links.native_id(link) == (native or hashlib.sha256(link.encode()).hexdigest()[:20])


def test_a_name_is_the_brands_only_where_nobody_has_a_handle(tmp_path: Path):
    head = "Date\tHeadline\tURL\tHit Sentence\tSource\tInfluencer\tDocument ID\tAuthor Handle\tAuthor Name\n"
    rows = (
        "2024-05-13\tOur yard\thttps://blog.example/1\tCome by.\tBlog\t\t1\t\tTamrow Build\n"
        "2024-05-13\t\thttps://x.com/i/status/1790000000000000070\tbuy oak here\tX\t\t2\t@not_them\tTamrow Build\n"
    )
    (tmp_path / "m.csv").write_text(head + rows)
    brand = Brand("TamrowBuild", "Tamrow Build", ("TamrowBuild",))
    assert [(t.direction, person(t)) for t in touches(tmp_path / "m.csv", brand).values()] == [
        ("out", None),
        ("in", "x:not_them"),
    ]


def test_a_long_array_is_read_piece_by_piece_and_gives_what_json_gives():
    values = [{"n": n, "text": "é🪵" * (n % 700)} for n in range(3000)] + ["x" * 3_000_000, 12345, None]
    text = "window.YTD.tweets.part0 = " + json.dumps(values, ensure_ascii=False)
    assert len(text) > 4 * json_array.BLOCK
    assert [*json_array.read_json_array(io.StringIO(text))] == values


@pytest.mark.parametrize(("cut", "sound", "reason"), [(-1, 2, "Expecting value"), (-3, 1, "Expecting"), (1, 0, "Exp")])
def test_an_array_that_is_cut_gives_what_came_before_and_one_record_with_the_problem(cut: int, sound: int, reason: str):
    *found, last = json_array.read_json_array(io.StringIO('[{"a": 1}, {"b": 2}]'[:cut]))
    assert found == [{"a": 1}, {"b": 2}][:sound]
    assert last.number == sound + 1 and last.problem.startswith(f"JSON breaks off: {reason}")


def test_an_element_that_is_nested_too_deeply_is_a_problem_and_no_crash():
    (found,) = json_array.read_json_array(io.StringIO("[" + "[" * 100_000))
    assert "JSON breaks off: " in found.problem


def array(text: str) -> tuple[list, list[str]]:
    """Return the values of the arrays of a text, and the problems among them."""
    found = [*json_array.read_json_array(io.StringIO(text))]
    problems = [value.problem for value in found if isinstance(value, Record)]
    return [value for value in found if not isinstance(value, Record)], problems


@pytest.mark.parametrize("between", ["\n", "", ";\n", " , "])
def test_what_follows_an_array_is_read_too(between: str):
    assert array(between.join(['[{"a": 1}]', '[{"a": 2}, {"a": 3}]', "[]", '[{"a": 4}]']) + ";\n") == (
        [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}],
        [],
    )
    assert array('[{"a": 1}]\n{"a": 2}\n') == ([{"a": 1}, {"a": 2}], [])
    assert array('[{"a": 1}]\nthe end') == ([{"a": 1}], ["JSON breaks off: Expecting value"])


ODD_ELEMENTS = (
    '{"a": "he said "hi" to me", "b": [{"x": 1}, {"x": 2}]}',
    '{"a": 2, "b": }',
    '{"a": 2 "b": [{"x": 1}]}',
    '{"a": "c:\\users"}',
    "{'a': 2, 'b': 1}",
    '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}",
    '{"a": ' + "9" * 5000 + "}",
    "oops",
)


@pytest.mark.parametrize("odd", ODD_ELEMENTS, ids=lambda odd: odd[:30])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_an_odd_element_costs_nothing_but_itself(odd: str, place: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(json_array, "BLOCK", 32)
    values = [{"a": n, "b": [{"x": n}]} for n in range(3)]
    texts = [json.dumps(value) for value in values]
    texts.insert(place, odd)
    found, problems = array("[" + ",\n".join(texts) + "]")
    assert found == values
    assert len(problems) == 1 and problems[0].startswith("JSON breaks off: ")


def test_of_an_odd_element_all_is_kept_that_it_says():
    found = [*json_array.read_json_array(io.StringIO('[{"a": 1}, {"a": oops}, {"a": 3}]'))]
    assert found == [{"a": 1}, Record(2, {"rest": '{"a": oops}, '}, "JSON breaks off: Expecting value"), {"a": 3}]


def test_a_raw_line_break_in_a_string_is_one():
    assert array('[{"a": "two\nlines"}, {"a": 2}]') == ([{"a": "two\nlines"}, {"a": 2}], [])


def test_a_long_array_of_odd_elements_is_read_in_time():
    text = "[" + ",".join(['{"a": "x", "b": 1}', '{"a": }'] * 4000) + "]"
    found, problems = array(text)
    assert (len(found), len(problems)) == (4000, 4000)
