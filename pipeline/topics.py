"""The stage that says what mentions speak of: topics are found once, then kept, and new mentions are placed in them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.clusters import Cluster, Text, find, nearest
from pipeline.store import Workspace, connect, incoming, now, query, transaction
from pipeline.touch import Brand
from pipeline.vectors import Keeper, Reader, Tick

FEWEST = 200  # mentions of a brand, for topics to be looked for
SAMPLE = 20_000  # texts that they are looked for in
LATER = 5_000  # of no topic, in which new ones are
OF_ONE = 5  # texts of an account: a topic is what many speak of
READ_TEXTS = 20_000
CHUNK_TEXTS = 2048  # what a crash can cost, some seconds of work
# New topics are looked for when those of none are more than at the last look by this number, and by this share.
MORE_OTHERS, MORE_SHARE = 200, 0.1

PLACED_SCHEMA = pa.schema([("text", pa.string()), ("cluster", pa.string()), ("cosine", pa.float32())])
CLUSTER_SCHEMA = pa.schema([("name", pa.string()), ("centre", pa.list_(pa.float32())), ("texts", pa.int64())])

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class State:
    """How a brand stands with its topics: a row of topic_state.sql."""

    brand: str
    mentions: int
    waiting: int
    others: int
    looked: bool
    others_then: int | None

    @property
    def wants_a_look(self) -> bool:
        """Whether topics are to be looked for: the first time, or since many more mentions are of none."""
        if not self.looked:
            return self.mentions >= FEWEST
        then = self.others_then
        return then is not None and self.others - then >= max(MORE_OTHERS, MORE_SHARE * then)

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to do."""
        done = not self.waiting and self.others_then is not None if self.looked else True
        return done and not self.wants_a_look


@dataclass
class Stage:
    """What one pass works with."""

    workspace: Workspace
    reader: Reader
    scored_by: str
    silent: Collection[str]
    ignored: Collection[str]
    tick: Tick

    def __post_init__(self) -> None:
        self.keeper = Keeper(self.workspace, self.reader, self.tick)

    def vectors(self, brand: Brand, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts said to a brand."""
        return self.keeper.vectors(brand, texts)

    def values(self, **more: Any) -> dict[str, Any]:
        """Return parameters of a query."""
        return {"model": self.reader.version, "scored_by": self.scored_by} | more


def place(stage: Stage, brands: Sequence[Brand]) -> Iterator[str]:
    """Find topics where that is due, and place all mentions that were read; yield a line on each brand that changed.

    Topics, names and places of earlier passes stay. Whatever is cut off is taken up by the next pass.
    """
    called = {brand.key: brand for brand in brands}
    for state in states(stage):
        brand = called.get(state.brand, Brand(state.brand, state.brand))
        if not state.looked and not state.wants_a_look:
            yield f"{brand.key}: {state.mentions} mentions, topics need {FEWEST}"
        if state.is_settled:
            continue
        new = look(stage, brand) if not state.looked else 0
        place_rest(stage, brand)
        if settle(stage, brand) and state.looked:
            new = look(stage, brand)
            place_rest(stage, brand)
            settle(stage, brand)
        yield f"{brand.key}: {state.waiting} mentions placed, {new} new topics"


def states(stage: Stage, brand: str | None = None) -> list[State]:
    """Return how each brand stands, or only one."""
    with connect(stage.workspace.mentions) as con:
        found = [State(*row) for row in con.execute(query("topic_state"), stage.values()).fetchall()]
    return [state for state in found if brand in (None, state.brand)]


def look(stage: Stage, brand: Brand) -> int:
    """Look for topics among all mentions, or those of none where there are topics; return how many are new.

    The topics and that they were looked for are saved together; those of none are placed anew where there are new ones.
    """
    known = read_clusters(stage, brand.key)
    sample = read_sample(stage, brand.key, later=bool(known))
    vectors = stage.vectors(brand, [text.text for text in sample])
    found = find(sample, vectors, brand.names(), stage.ignored, known)
    where = stage.values(brand=brand.key, now=now())
    where.pop("scored_by")
    table = pa.Table.from_pylist(
        [{"name": new.name, "centre": new.centre.tolist(), "texts": new.texts} for new in found], schema=CLUSTER_SCHEMA
    )
    with connect(stage.workspace.mentions) as con, transaction(con):
        with incoming(con, table):
            con.execute("insert into cluster select $brand, $model, name, centre, texts, $now from incoming", where)
        con.execute("insert or replace into cluster_look values ($brand, $model, null, $now)", where)
        if found:
            keep_only_placed(con, stage, brand.key)
        if not known:
            save_placed(con, stage, brand.key, [text.text for text in sample], nearest(vectors, found))
    return len(found)


def keep_only_placed(con: duckdb.DuckDBPyConnection, stage: Stage, brand: str) -> None:
    """Forget which mentions were of no topic, so that they are placed among the topics that there are now."""
    con.execute(
        "delete from cluster_of where brand = $brand and model = $model and cluster is null",
        {"brand": brand, "model": stage.reader.version},
    )


def read_sample(stage: Stage, brand: str, later: bool) -> list[Text]:
    """Return what topics are looked for in."""
    values = stage.values(
        brand=brand, others=later, many=LATER if later else SAMPLE, of_one=OF_ONE, silent=sorted(stage.silent)
    )
    with connect(stage.workspace.mentions) as con:
        return [Text(*row) for row in con.execute(query("topic_sample"), values).fetchall()]


def read_clusters(stage: Stage, brand: str) -> list[Cluster]:
    """Return the topics of a brand, in the order of their names."""
    with connect(stage.workspace.mentions) as con:
        rows = con.execute(
            "select name, centre, texts from cluster where brand = ? and model = ? order by name",
            [brand, stage.reader.version],
        ).fetchall()
    return [Cluster(name, np.array(centre, np.float32), texts) for name, centre, texts in rows]


def place_rest(stage: Stage, brand: Brand) -> None:
    """Place every mention that waits, in chunks that are saved as they are done."""
    known = read_clusters(stage, brand.key)
    while waiting := read_unplaced(stage, brand.key):
        for start in range(0, len(waiting), CHUNK_TEXTS):
            texts = waiting[start : start + CHUNK_TEXTS]
            found = nearest(stage.vectors(brand, texts), known)
            with connect(stage.workspace.mentions) as con, transaction(con):
                save_placed(con, stage, brand.key, texts, found)


def read_unplaced(stage: Stage, brand: str) -> list[str]:
    """Return some texts that wait for a place."""
    with connect(stage.workspace.mentions) as con:
        rows = con.execute(query("unplaced_texts"), stage.values(brand=brand, many=READ_TEXTS)).fetchall()
    return [text for (text,) in rows]


def save_placed(
    con: duckdb.DuckDBPyConnection,
    stage: Stage,
    brand: str,
    texts: Sequence[str],
    found: Sequence[tuple[str | None, float]],
) -> None:
    """Save the places of texts, for every mention that says them to the brand."""
    rows = [
        {"text": text, "cluster": name, "cosine": cosine} for text, (name, cosine) in zip(texts, found, strict=True)
    ]
    with incoming(con, pa.Table.from_pylist(rows, schema=PLACED_SCHEMA)):
        con.execute(query("save_placed"), {"model": stage.reader.version, "brand": brand, "now": now()})


def settle(stage: Stage, brand: Brand) -> bool:
    """Note how many mentions are of no topic, now that all are placed; return whether a look for new ones is due."""
    for state in states(stage, brand.key):
        if state.others_then is None:
            with connect(stage.workspace.mentions) as con:
                con.execute(
                    "update cluster_look set others = ? where brand = ? and model = ?",
                    [state.others, brand.key, stage.reader.version],
                )
        return state.wants_a_look
    return False
