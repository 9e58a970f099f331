"""Which tweets of a file hang together, and which of these threads are the brand's."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.touch import Brand
from pipeline.touch import called as names_of

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Threads:
    """Of every row of a file, in its order: the first tweet of its thread, and who wrote the tweet that it answers.

    ``roots`` is null where the brand is not in the thread, ``parents`` where the file does not hold that tweet.
    """

    roots: pa.Array
    parents: pa.Array

    def of(self, row: int) -> tuple[str | None, str | None]:
        """Return both for one row, counted from 0."""
        return self.roots[row].as_py(), self.parents[row].as_py()


def find_threads(tweets: pa.Array, authors: pa.Array, parents: pa.Array, answers: pa.Array, brand: Brand) -> Threads:
    """Return the threads of rows: each tweet's number, author, the tweet that it answers, and a list of its answers.

    An empty text is no tweet. Of two rows of one tweet the later one counts.
    """
    known = pa.concat_arrays([tweets, parents, answers.flatten()]).dictionary_encode()
    names, codes = known.dictionary, known.indices.to_numpy().astype(np.int64)
    tweet, parent, answer = np.split(codes, [len(tweets), 2 * len(tweets)])
    nobody = len(names) if (place := pc.index(names, "").as_py()) < 0 else place
    asked = tweet[pc.list_parent_indices(answers).to_numpy()]
    links = np.concatenate([np.stack([tweet, parent]), np.stack([asked, answer])], axis=1)
    thread = to_threads(links[:, (links != nobody).all(axis=0)], len(names) + 1)
    row_of = last_rows(tweet, len(names) + 1)
    row_of[nobody] = -1
    there = np.flatnonzero(row_of >= 0)
    ours = np.zeros(len(names) + 1, dtype=bool)
    ours[thread[there[called(authors, brand)[row_of[there]]]]] = True
    roots = np.where(ours[thread], first_tweets(names, thread, ours)[thread], -1)
    roots[nobody] = -1
    return Threads(taken(names, roots[tweet]), taken(authors, row_of[parent]))


def to_threads(links: Places, many: int) -> Places:
    """Return the thread of each of so many tweets from links (2, n) between them."""
    from scipy.sparse import coo_array  # late, since every command imports the sources
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(links.shape[1], dtype=bool), (links[0], links[1])), shape=(many, many))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def last_rows(tweet: Places, many: int) -> Places:
    """Return the last row of each of so many tweets, -1 where it has none."""
    rows = np.full(many, -1)
    rows[tweet] = np.arange(len(tweet))  # of several the last is kept
    return rows


def called(authors: pa.Array, brand: Brand) -> NDArray[np.bool_]:
    """Say of each author whether it is the brand."""
    known = authors.dictionary_encode()
    names = known.dictionary
    strange = pc.invert(pc.match_substring_regex(names, "^[A-Za-z0-9_@]*$"))  # the others Arrow lowers as Python does
    plain = pc.utf8_lower(pc.replace_substring_regex(names, "^@", ""))
    ours = pc.is_in(plain, pa.array(sorted(names_of(brand)), pa.string())).to_numpy(zero_copy_only=False)
    for place in pc.indices_nonzero(strange).to_pylist():
        ours[place] = brand.is_called(names[place].as_py())
    return np.asarray(ours[known.indices.to_numpy()], dtype=bool)


def first_tweets(names: pa.Array, thread: Places, ours: NDArray[np.bool_]) -> Places:
    """Return the smallest number of each of the brand's threads, which was given first."""
    mine = np.flatnonzero(ours[thread[: len(names)]])
    numbers = names.take(pa.array(mine))
    order = pc.sort_indices(
        pa.table({"length": pc.utf8_length(numbers), "number": numbers}),
        sort_keys=[("length", "ascending"), ("number", "ascending")],
    ).to_numpy()
    first = np.full(len(thread), -1)
    falling = mine[order][::-1]
    first[thread[falling]] = falling  # of several the last is kept: the smallest
    return first


def taken(values: pa.Array, places: Places) -> pa.Array:
    """Return values by place, null for -1."""
    return values.take(pa.array(places, mask=places < 0))
