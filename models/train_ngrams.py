"""How the table of word pieces and pairs is learned, from what the network learned from."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from models.catalog import HEADS, LABELS
from models.lessons import UNKNOWN, Lesson
from models.ngrams import BITS, Array, Table, Used, lengths, used
from models.sentiment import SentimentModel

STRENGTH = 4.0  # scikit-learn's C: 1, 2 and 4 differ little on held-out rows, and 4 is the best on messages to brands
STEPS = 1000  # of the optimiser, at most; some two hundred are needed
CHUNK = 512  # texts whose places are looked up at once


def learn_table(model: SentimentModel, rows: Sequence[Lesson], shares: Sequence[float]) -> Table:
    """Return the table of a model's word pieces; ``shares`` is how much it says of each of HEADS.

    One logistic regression a head, on vectors of inverse document frequencies of length 1; the classes weigh the same.
    Of a head whose rows have not all of LABELS nothing is said.
    """
    lessons = dict.fromkeys(rows)  # messages of our own stand in it several times
    tone = [(row.text, row.tone) for row in lessons if row.tone != UNKNOWN]
    toward = [each for row in lessons for each in row.toward]
    places = [places_of(model, [text for text, _ in each]) for each in (tone, toward)]
    rarity = rarity_of(places, len(tone) + len(toward))
    says, bias = np.zeros((2**BITS, len(HEADS) * len(LABELS)), np.float32), np.zeros(len(HEADS) * len(LABELS))
    for head, (found, labelled, share) in enumerate(zip(places, (tone, toward), shares, strict=True)):
        labels = np.array([label for _, label in labelled])
        if len(set(labels.tolist())) == len(LABELS):
            columns = slice(len(LABELS) * head, len(LABELS) * (head + 1))
            says[:, columns], bias[columns] = (share * each for each in fitted(vectors(found, rarity, labels), labels))
    return Table(rarity, says, bias.astype(np.float32))


def places_of(model: SentimentModel, texts: Sequence[str]) -> Used:
    """Return the places of cleaned texts, in their order."""
    encoded = model.tokenizer.encode_batch(list(texts))
    starts = range(0, len(encoded), CHUNK)
    found = [used(model.padded(encoded[start : start + CHUNK])) for start in starts]
    none = np.zeros(0, np.int64)
    return Used(
        np.concatenate([none, *(each.text + start for each, start in zip(found, starts, strict=True))]),
        np.concatenate([none, *(each.place for each in found)]),
    )


def rarity_of(places: Sequence[Used], texts: int) -> Array:
    """Return log((1 + texts) / (1 + texts that use it)) + 1 of each place, 0 where fewer than two do."""
    many = np.bincount(np.concatenate([each.place for each in places]), minlength=2**BITS)
    found: Array = np.where(many > 1, np.log((1 + texts) / (1 + many)) + 1, 0).astype(np.float32)
    return found


def vectors(found: Used, rarity: Array, labels: NDArray[np.int64]) -> csr_matrix:
    """Return one row of length 1 a text."""
    values = rarity[found.place]
    length = lengths(found.text, values, len(labels))
    return csr_matrix((values / length[found.text], (found.text, found.place)), shape=(len(labels), 2**BITS))


def fitted(rows: csr_matrix, labels: NDArray[np.int64]) -> tuple[Array, NDArray[np.float64]]:
    """Return what each place says, of shape (2^BITS, 3), and the bias (3,)."""
    found = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=STEPS).fit(rows, labels)
    return found.coef_.T.astype(np.float32), found.intercept_
