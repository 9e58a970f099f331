"""Broken files and payloads by the thousand: no crash; every row is a touch, a reject with its reason, or not about us.

ORCHARD_FUZZ says how many cases are made in all; every case follows from its number alone.
"""

import copy
import json
import math
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from pipeline import bulk, settings, sources, store
from pipeline.file_cursors import FileCursor, save_in
from pipeline.job import open_job, streams
from pipeline.rows import touch_table
from pipeline.sources.files import FileError
from pipeline.sources.network import Window, outcome, to_records
from pipeline.sources.networks import NETWORKS
from pipeline.store import Workspace
from pipeline.touch import Gone, Mapped, NotAbout, Record, Reject
from tests.both_ways import fates
from tests.conftest import PAYLOADS, TAMROW
from tests.test_networks import BRAND, WORLDS

CASES = int(os.environ.get("ORCHARD_FUZZ", "600"))
MAPPED = {"text": "Body", "author": "User", "at": "Date", "id": "Id", "to": "To"}
SEEDS: dict[str, tuple[Path | str, dict[str, str] | None]] = {
    file.stem: (file, None) for file in PAYLOADS.iterdir()
} | {
    "mapped-csv": (
        'Id,Body,User,Date,To\n1,"it ""hums"", again\n🙂",gus,2025-03-04 05:06:07,\n'
        "2,so it does,TamrowBuild,03/04/2025,gus\n",
        MAPPED,
    ),
    "mapped-json": (
        '[{"Id": 1, "Body": "it hums", "User": "gus", "Date": "2025-03-04"}, '
        '{"Body": "no", "User": "ana", "Date": "1741064767"}]',
        MAPPED,
    ),
    "mapped-lines": (
        '{"Id": 1, "Body": "it hums", "User": "gus", "Date": "2025-03-04"}\n'
        '{"Body": "no", "User": null, "Date": NaN}\n',
        MAPPED,
    ),
}
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        10**19,
        10**400,
        1.5,
        math.nan,
        math.inf,
        -0.0,
        1e308,
        "",
        " ",
        "\0",
        "\ud83d",
        "\udfff\ud800",
        "a\u202eb",
    ),
    *(
        "=1+1",
        "x" * 70_000,
        "\u0130\ufb01\u212a",
        "@TamrowBuild",
        "2025-02-30",
        "0001-01-01",
        "9999-12-31T23:59:59-23:59",
        "99999999999",
    ),
    *([], {}, [[]], [None], {"": ""}, {"a": {"b": [1]}}, ["TamrowBuild"], {"id": {"id": 1}}),
)
ENCODINGS = (
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-8-sig",
    "cp1252",
    "shift_jis",
    "gb18030",
    "utf-32",
    "cp037",
    "utf-7",
)


# Breaking


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value inside of a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*way, key)
        yield from places(inner, (*way, key))


def broken_value(seed: Any, chance: random.Random) -> Any:
    """Return a JSON value with some of its parts replaced, removed, wrapped or doubled."""
    value = copy.deepcopy(seed)
    for _ in range(chance.randint(1, 4)):
        ways = list(places(value))
        if not ways:
            return chance.choice(VALUES)
        *way, last = chance.choice(ways)
        holder = value
        for key in way:
            holder = holder[key]
        change = chance.randrange(5)
        if change == 0:
            del holder[last]
        elif change == 1:
            holder[last] = [holder[last]] if chance.random() < 0.5 else {"value": holder[last]}
        elif change == 2:
            holder[last] = nested(chance.choice((3, 200)))
        else:
            holder[last] = copy.deepcopy(chance.choice(VALUES))
    return value


def nested(deep: int) -> Any:
    value: Any = "deep"
    for _ in range(deep):
        value = [value]
    return value


def broken_bytes(seed: bytes, chance: random.Random) -> bytes:
    """Return bytes that are cut, flipped, doubled, mixed up, or in another encoding."""
    content = seed
    for _ in range(chance.randint(1, 3)):
        content = chance.choice(DAMAGES)(content or b"x", chance)
    return content


def flipped(content: bytes, chance: random.Random) -> bytes:
    found = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def with_inserted(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content))
    odd = (
        b'"',
        b"\0",
        b"\r",
        b"\n\n",
        b",,",
        b"\t",
        b"\xff\xfe",
        b"\xc3",
        b"{",
        b"[",
        b"]",
        b'"""',
        b"NaN",
        b"9" * 5000,
        b"[" * 5000,
        b"\x1a",
    )
    return content[:place] + chance.choice(odd) + content[place:]


def with_doubled_line(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    line = chance.choice(lines)
    lines.insert(chance.randrange(len(lines) + 1), chance.choice((line, line.strip() + b"," + line)))
    return b"".join(lines)


def re_encoded(content: bytes, chance: random.Random) -> bytes:
    return content.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")


def rewritten(content: bytes, chance: random.Random) -> bytes:
    """Return JSON, or JSON lines, with broken values, written as loosely as Python and pandas do."""
    lines = content.decode("utf-8", "replace").splitlines()
    try:
        values = [json.loads(line) for line in lines if line.strip()]
        return "\n".join(json.dumps(broken_value(value, chance)) for value in values).encode()
    except ValueError:
        pass
    try:
        return json.dumps(broken_value(json.loads(content), chance)).encode()
    except ValueError:
        return flipped(content, chance)


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    lambda content, chance: content[: chance.randrange(len(content))],
    lambda content, chance: content[chance.randrange(len(content)) :],
    lambda content, chance: content.replace(b"\n", chance.choice((b"\r", b"\r\n", b"\n\n", b""))),
    *(flipped, with_inserted, with_doubled_line, re_encoded, rewritten, rewritten),
)


# Judging


def seed_bytes(seed: Path | str) -> bytes:
    return seed.read_bytes() if isinstance(seed, Path) else seed.encode()


def check_file(path: Path, mapping: dict[str, str] | None) -> bulk.Step | None:
    """See that a file is refused as a whole with words, or every row is accounted for; return what is to be stored."""
    try:
        name, records = sources.open_file(path, mapping=mapping)
        steps = list(bulk.read_steps(name, records, TAMROW, mapping, "own"))
    except FileError as error:
        assert str(error).startswith(str(path)), error
        return None
    many = fates(steps)
    if sources.find_way(name, records, TAMROW, mapping):
        assert many == fates(bulk.slices(sources.to_touches(name, records, TAMROW, mapping, "own")))
    assert all(reject.reason for step in steps for reject in step.rejects)
    return bulk.joined(steps)


def cursor(name: str) -> FileCursor:
    """Return the cursor of a file of this name that was read whole."""
    return FileCursor(name, "digest", TAMROW, "mapped", 0, True)


@pytest.mark.parametrize("name", SEEDS)
def test_a_broken_file_is_refused_or_every_row_is_accounted_for_and_can_be_kept(name: str, tmp_path: Path):
    seed, mapping = SEEDS[name]
    with store.blank() as con:
        for case in range(math.ceil(CASES / 2 / len(SEEDS))):
            chance = random.Random(f"{name} {case}")
            path = tmp_path / "broken"
            if isinstance(seed, Path) and seed.is_dir():
                broken_folder(seed, path, chance)
            else:
                path.write_bytes(broken_bytes(seed_bytes(seed), chance))
            try:
                found = check_file(path, mapping)
                if found:
                    save_in(con, found.touches, found.rejects, cursor(name))
            except Exception as error:
                error.add_note(f"{name}, case {case}: {path}")
                raise


def broken_folder(seed: Path, path: Path, chance: random.Random) -> None:
    """Copy a folder with one of its files broken."""
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(seed, path)
    victim = chance.choice(sorted(file for file in path.rglob("*") if file.is_file()))
    victim.write_bytes(broken_bytes(victim.read_bytes(), chance))


def seeds_of(network: str, server: HTTPServer, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return records as a network sends them, from its local server."""
    world = WORLDS[network](server)
    for name, value in world.secrets.items():
        monkeypatch.setenv(name, value)
    world.fill(12)
    workspace.folder.mkdir(parents=True, exist_ok=True)
    (workspace.folder / "brand.toml").write_text(BRAND + world.toml)
    chosen = settings.load(workspace.folder)
    job = open_job(workspace, chosen, chosen.networks()[0])
    pages = (page for stream in streams(job) for page in job.network.fetch(Window(), stream, job.settings, job.client))
    return [record.values for page in pages for record in page.records]


@pytest.mark.parametrize("network", NETWORKS)
def test_a_broken_payload_of_a_network_is_a_touch_a_reject_with_its_reason_or_not_about_us(
    network: str, httpserver: HTTPServer, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    seeds = seeds_of(network, httpserver, workspace, monkeypatch)
    assert seeds
    kept: list[Mapped] = []
    rejects: list[Reject] = []
    for case in range(math.ceil(CASES / 2 / len(NETWORKS))):
        chance = random.Random(f"{network} {case}")
        (record,) = to_records([broken_value(chance.choice(seeds), chance)])
        try:
            found = outcome(Record(case, record.values, record.problem), TAMROW, NETWORKS[network].to_touch)
        except Exception as error:
            error.add_note(f"{network}, case {case}: {record.values!r:.2000}")
            raise
        assert isinstance(found, Mapped | Reject | NotAbout | Gone)
        if isinstance(found, Reject):
            assert found.reason
            rejects.append(found)
        elif isinstance(found, Mapped):
            touch_table([found])
            kept.append(found)
    with store.blank() as con:
        save_in(con, touch_table(kept), rejects, cursor(network))
