"""Vectors of texts into topics, and new vectors to the topics that there are."""

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.words import spelt

# Cosine to a topic's centre below which a text is "other". On real tweets to three airlines about a quarter are; of the
# rest the topics agree with the hand-labelled reasons as well as those of BERTopic do (docs/decisions.md).
NEAR = 0.45
HEAP = 0.45  # a cluster of which less than this share is NEAR is a heap of what fits nowhere else
ALIKE = 0.92  # two centres closer than this are one topic
AT_LEAST = 15  # texts, by AT_LEAST_PEOPLE, that make a topic
AT_LEAST_PEOPLE = 10
MOST = 20  # topics at first
PARTS = (
    50  # principal components that are clustered: as good as all 384 on those tweets, steadier between halves, faster
)
# A later topic is to be a clear one: of twice as many texts, closer than this, and less like any other.
CLOSE, UNLIKE = 0.55, 0.8

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Text:
    """What is clustered: words, and who said them first."""

    text: str
    account: str


@dataclass(frozen=True)
class Cluster:
    """A topic that was found: its name, centre (width,), and how many texts made it."""

    name: str
    centre: Vectors
    texts: int


def how_many(texts: int) -> int:
    """Return into how many clusters so many texts go: 4 of 200, 8 of 1,000, 15 of 3,800; MOST of 6,400 and more."""
    return int(np.clip(round(texts**0.5 / 4), 4, MOST))


def find(
    texts: Sequence[Text],
    vectors: Vectors,
    names: Sequence[str] = (),
    ignored: Collection[str] = (),
    known: Sequence[Cluster] = (),
) -> list[Cluster]:
    """Return the topics of texts, the largest first, named by the phrases that tell each from all the others.

    Where topics are ``known`` already, only clear new ones are.
    """
    from sklearn.cluster import KMeans  # late, since only a first look at topics needs it
    from sklearn.decomposition import PCA

    from pipeline.keyness import telling, used

    if len(texts) < AT_LEAST:
        return []
    parts = PCA(min(PARTS, len(texts)), random_state=0).fit_transform(vectors)
    fit = KMeans(how_many(len(texts)), n_init=4, random_state=0).fit_predict(parts)
    label = merged(vectors, fit, UNLIKE if known else ALIKE)
    _, people = np.unique([text.account for text in texts], return_inverse=True)
    table, phrases = used([text.text for text in texts], ignored, [spelt(name) for name in names])
    taken = {cluster.name for cluster in known}
    found = []
    for place in sorted(set(label.tolist()), key=lambda place: (-int((label == place).sum()), place)):
        inside = label == place
        centre = mean(vectors[inside])
        makes = inside & (vectors @ centre >= (CLOSE if known else NEAR))
        if makes.sum() >= HEAP * inside.sum() and is_enough(makes, people, centre, known):
            name = free(telling(table, phrases, people, inside), taken)
            taken.add(name)
            found.append(Cluster(name, centre, int(makes.sum())))
    return found


def is_enough(makes: NDArray[np.bool_], people: NDArray[np.int64], centre: Vectors, known: Sequence[Cluster]) -> bool:
    """Say whether the texts that make a cluster are many enough, of enough people, and no known topic's."""
    times = 2 if known else 1
    new = all(float(centre @ other.centre) < UNLIKE for other in known)
    return new and makes.sum() >= times * AT_LEAST and len(set(people[makes].tolist())) >= times * AT_LEAST_PEOPLE


def merged(vectors: Vectors, label: NDArray[np.int32], alike: float) -> NDArray[np.int32]:
    """Return the clusters of texts (n,) after the closest two were made one, until none are ``alike``."""
    label = label.copy()
    while True:
        places = np.unique(label)
        centres = np.stack([mean(vectors[label == place]) for place in places])
        near = np.triu(centres @ centres.T, 1)
        if len(places) < 2 or near.max() < alike:
            return label
        first, second = np.unravel_index(near.argmax(), near.shape)
        label[label == places[second]] = places[first]


def mean(vectors: Vectors) -> Vectors:
    """Return the mean direction (width,) of vectors."""
    centre: Vectors = vectors.mean(0)
    return centre / max(float(np.linalg.norm(centre)), 1e-9)


def free(phrases: Sequence[str], taken: Collection[str]) -> str:
    """Return a name of some phrases that no topic has yet, numbered where it must be."""
    said = ", ".join(phrases) or "without a word in common"
    numbered = (f"{said} ({number})" for number in itertools.count(2))
    return next(name for name in itertools.chain([said], numbered) if name not in taken)


def nearest(vectors: Vectors, known: Sequence[Cluster]) -> list[tuple[str | None, float]]:
    """Return, of each vector, the name of the nearest topic, None where none is NEAR, and its cosine."""
    if not known:
        return [(None, 0.0)] * len(vectors)
    cosines = vectors @ np.stack([cluster.centre for cluster in known]).T
    best = cosines.argmax(1)
    return [
        (known[place].name if cosine >= NEAR else None, float(cosine))
        for place, cosine in zip(best, cosines[np.arange(len(best)), best], strict=True)
    ]
