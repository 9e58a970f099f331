"""How good probabilities are against labels."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from models.catalog import LABELS
from models.data import Labelled
from models.sentiment import Progress, SentimentModel

BINS = 15


def confusion(labels: Sequence[int], predicted: Sequence[int]) -> NDArray[np.int64]:
    """Return counts of shape (3, 3): rows are true classes, columns predicted ones."""
    counts = np.zeros((len(LABELS), len(LABELS)), dtype=np.int64)
    np.add.at(counts, (np.asarray(labels), np.asarray(predicted)), 1)
    return counts


def posteriors(probabilities: NDArray[np.float32], labels: Sequence[int]) -> NDArray[np.float64]:
    """Return the mean probabilities of each true class, shape (3, 3): the confusion matrix of soft scores."""
    one_hot = np.eye(len(LABELS))[np.asarray(labels)]
    return np.asarray(one_hot.T @ probabilities / np.maximum(one_hot.sum(0), 1)[:, None])


Bin = tuple[float, float, int]  # mean probability of the top class, how often it was right, of how many texts


def reliability(probabilities: NDArray[np.float32], labels: Sequence[int], bins: int = BINS) -> list[Bin]:
    """Return what was said of the top class and what was so, in bins of equal width: a reliability plot's points."""
    top = probabilities.max(1)
    right = probabilities.argmax(1) == np.asarray(labels)
    place = np.minimum((top * bins).astype(int), bins - 1)
    inside = [place == b for b in sorted(set(place.tolist()))]
    return [(float(top[these].mean()), float(right[these].mean()), int(these.sum())) for these in inside]


def calibration_error(probabilities: NDArray[np.float32], labels: Sequence[int], bins: int = BINS) -> float:
    """Return the expected calibration error of the top class, in 0..1, over bins of equal width (Guo et al. 2017)."""
    found = reliability(probabilities, labels, bins)
    return sum(abs(was - said) * many for said, was, many in found) / len(labels)


def macro_recall(counts: NDArray[np.int64]) -> dict[str, Any]:
    """Return the mean recall of the classes that a confusion matrix has, and its interval of 90 %.

    The interval joins those of Wilson of each class, whose rows are independent of the others' (Zou and Donner 2008,
    "Construction of confidence limits about effect measures", their MOVER).
    """
    right, true = np.diag(counts)[counts.sum(1) > 0], counts.sum(1)[counts.sum(1) > 0]
    recall = right / true
    bands = [binomtest(int(k), int(n)).proportion_ci(0.9, "wilson") for k, n in zip(right, true, strict=True)]
    found = float(recall.mean())
    down, up = (float(np.sqrt(((recall - end) ** 2).sum()) / len(true)) for end in np.transpose(bands))
    return {"macro_recall": round(found, 4), "macro_recall_90": [round(found - down, 4), round(found + up, 4)]}


def report(probabilities: NDArray[np.float32], labels: Sequence[int]) -> dict[str, Any]:
    """Return the figures of one model on one labelled set.

    ``macro_recall`` and ``f1_pn`` are the measures of SemEval-2017 task 4A: the mean recall of the three classes, here
    with its interval, and the mean F1 of negative and positive. ``net_true`` and ``net_predicted`` are
    (positive - negative) / all, in -1..1; ``mae_m`` is the mean over the classes of the mean distance between label and
    prediction on -1, 0, 1 (the measure of SemEval-2016 task 4C, there on five points).
    """
    counts = confusion(labels, probabilities.argmax(1).tolist())
    right, true, said = np.diag(counts), counts.sum(1), counts.sum(0)
    f1 = 2 * right / np.maximum(true + said, 1)
    distance = counts * np.abs(np.subtract.outer(range(len(LABELS)), range(len(LABELS))))
    return {
        "n": len(labels),
        **macro_recall(counts),
        "f1_pn": round(float((f1[0] + f1[2]) / 2), 4),
        "accuracy": round(float(right.sum() / len(labels)), 4),
        "ece": round(calibration_error(probabilities, labels), 4),
        "net_true": round(float((true[2] - true[0]) / len(labels)), 4),
        "net_predicted": round(float((said[2] - said[0]) / len(labels)), 4),
        "mae_m": round(float((distance.sum(1)[true > 0] / true[true > 0]).mean()), 4),
        "confusion": counts.tolist(),
        "reliability": [
            [round(said, 4), round(was, 4), many] for said, was, many in reliability(probabilities, labels)
        ],
        "posteriors": posteriors(probabilities, labels).round(4).tolist(),
    }


def together(figures: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the macro recall over the rows of several reports."""
    counts = np.sum([found["confusion"] for found in figures], 0)
    return {"n": int(counts.sum()), **macro_recall(counts)}


def measure(model: SentimentModel, rows: Labelled, progress: Progress = lambda done: None) -> dict[str, Any]:
    """Return the figures of a model on labelled rows.

    Where the labels are toward a target, they are those of the feeling toward it, and ``tone`` holds beside them those
    of the tone against the same labels: what reading the text alone would have given.
    """
    started = time.perf_counter()
    tone = model.predict(rows.texts, progress)
    speed = round(len(rows) / (time.perf_counter() - started), 1)
    figures = report(tone, rows.labels) | {"texts_per_second": speed}
    if not any(rows.targets):
        return figures
    toward = by_target(lambda texts, **brands: model.predict(texts, progress, **brands), rows)
    return {**report(toward, rows.labels), "tone": figures}


def by_target(read: Callable[..., NDArray[np.float32]], rows: Labelled) -> NDArray[np.float32]:
    """Return what ``read(texts, target=..., others=...)`` gives for each row and its target, in the order of the rows.

    The other targets of the rows are the other brands.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for row, target in enumerate(rows.targets):
        places[target].append(row)
    found = {
        target: read([rows.texts[i] for i in place], target=(target,), others=sorted(set(places) - {target}))
        for target, place in places.items()
    }
    result = np.zeros((len(rows), next(iter(found.values())).shape[1]), np.float32)
    for target, place in places.items():
        result[place] = found[target]
    return result


def vader(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return VADER's labels as one-hot rows, cut at a compound of 0.05 as its authors advise (Hutto & Gilbert 2014)."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    compound = np.array([analyzer.polarity_scores(text)["compound"] for text in texts])
    column = np.digitize(compound, (-0.05 + 1e-12, 0.05))
    one_hot: NDArray[np.float32] = np.eye(len(LABELS), dtype=np.float32)[column]
    return one_hot
