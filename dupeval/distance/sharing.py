"""Which images share most words of their key points: found once, and kept on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.dataset import ImageHandle
from dupeval.distance import PairScore
from dupeval.distance.local import votes
from dupeval.distance.pairs import PairCache
from dupeval.errors import SettingsError
from dupeval.sources import source_sha256
from dupeval.store import Entry, Store
from dupeval.timing import one_thread

# Images whose features are held at the same time, of 1.5 MB each.
AT_ONCE = 128


def pairs_sharing_words(
    images: Sequence[ImageHandle],
    score: PairScore,
    nearest: int,
    n_first: int | None,
    cache: PairCache,
    progress: bool = False,
) -> npt.NDArray[np.int64]:
    """Return the pairs that `dupeval.distance.local.votes.candidates` finds.

    Parameters
    ----------
    images : sequence of ImageHandle
    score : PairScore
        Its features hold the key points.
    nearest : int
    n_first : int, optional
    cache : PairCache
        Of the features; words and pairs are kept beside them.
    progress : bool, default False

    Raises
    ------
    SettingsError
        If the score has no key points.
    """
    stored = Store(cache.folder / "votes")
    source = source_sha256(score, modules=[votes.__name__])
    about = {"features": dict(score.features_key), "source": source}
    hashes = [image.sha256 for image in images]
    of_all = {**about, "images": hashes, "first": n_first, "nearest": nearest}
    pairs = stored.read(of_all, partial(_pairs, len(images)))
    if pairs is None:
        spoken = _spoken(images, score, about, cache, progress)
        pairs = votes.candidates(spoken, n_first, nearest, progress)
        stored.put(of_all, Entry({"pairs": pairs}))
    return pairs


def _pairs(n: int, entry: Entry) -> npt.NDArray[np.int64]:
    """Return pairs of n images; ValueError, LookupError, ... if the entry holds none."""
    pairs = entry.array("pairs", np.int64, None, 2)
    if ((pairs < 0) | (pairs >= n)).any():
        raise ValueError("pairs of other images")
    return pairs


def _spoken(
    images: Sequence[ImageHandle],
    score: PairScore,
    about: Mapping[str, Any],
    cache: PairCache,
    progress: bool,
) -> list[Mapping[str, votes.Spoken]]:
    """Return the words of each image, kept beside its features, of which they are a fifth."""
    from joblib import cpu_count  # noqa: PLC0415  (a warm run does without)

    stored = Store(cache.folder / "words")
    unique = {image.sha256: image for image in images}
    kept = {sha256: stored.read({**about, "image": sha256}, _words) for sha256 in unique}
    known = {sha256: words for sha256, words in kept.items() if words is not None}
    missing = [image for sha256, image in unique.items() if sha256 not in known]
    features = cache.features(missing, score, progress)
    with one_thread(), ThreadPoolExecutor(cpu_count()) as pool:
        for start in range(0, len(missing), AT_ONCE):
            made = pool.map(votes.spoken, islice(features, AT_ONCE))
            for image, spoken in zip(missing[start : start + AT_ONCE], made, strict=True):
                if not spoken:
                    raise SettingsError(
                        f"the gate asks for key points, which {score.key['score']} has none of; "
                        "possible: another gate, or none"
                    )
                stored.put({**about, "image": image.sha256}, Entry(votes.as_tensors(spoken)))
                known[image.sha256] = spoken
    return [known[image.sha256] for image in images]


def _words(entry: Entry) -> Mapping[str, votes.Spoken]:
    """Return the words of an image; ValueError, LookupError, ... if the entry holds none."""
    for name in entry.tensors:
        entry.array(name, np.int32, None)
    return votes.from_tensors(entry.tensors)
