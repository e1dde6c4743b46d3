"""Pairs whose distance a method explains: its mistakes, the least sure first, and close calls."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL
from PIL import Image
from tqdm import tqdm

from dupeval.dataset import Dataset, ImageHandle
from dupeval.distance.explanation import Explanation
from dupeval.method import Method, Params, Resources
from dupeval.report.choosing import (
    Judged,
    Judgement,
    Kind,
    judged_pairs,
    most_telling_pairs,
    places_of,
)
from dupeval.report.numbers import number
from dupeval.report.pictures import EncodedPicture, picture_of
from dupeval.sources import source_sha256
from dupeval.store import Entry, Store
from dupeval.stored import StoredResults
from dupeval.text import visible
from dupeval.timing import one_thread
from dupeval.versions import version

DRAWN_BY = "dupeval.figures.explanation"
DPI, QUALITY = 150, 70


@dataclass(frozen=True)
class Verdict:
    """What became of a pair under some protocols, which all say the same."""

    judgement: Judgement
    protocols: tuple[str, ...]

    @property
    def text(self) -> str:
        """A line that says it."""
        kind, together, distance, threshold = self.judgement
        where = "together" if together else "apart"
        others = ""
        if together and distance > threshold:
            others = "; together by way of others"
        if not together and distance <= threshold:
            others = "; kept apart by others of its group"
        return (
            f"{f'rightly {where}' if kind == 'right' else kind} under {', '.join(self.protocols)}: "
            f"distance {number(distance)}, threshold {number(threshold)}{others}"
        )


@dataclass(frozen=True)
class ExplainedPair:
    """A pair as the report shows it.

    Attributes
    ----------
    method, query : str
    a, b : str
        What the images are called.
    verdicts : tuple of Verdict
        The first is the reason why it is shown.
    summary : str
        What its distance rests on.
    picture : EncodedPicture
    """

    method: str
    query: str
    a: str
    b: str
    verdicts: tuple[Verdict, ...]
    summary: str
    picture: EncodedPicture

    @property
    def kind(self) -> Kind:
        """What it is under the first protocol."""
        return self.verdicts[0].judgement.kind

    @property
    def protocol(self) -> str:
        """The first one."""
        return self.verdicts[0].protocols[0]


def explained_pairs(
    dataset: Dataset,
    results: StoredResults,
    methods: Mapping[str, Method],
    resources: Resources,
    most: int,
) -> list[ExplainedPair]:
    """Return the pairs that tell most of each method that explains its distances.

    Parameters
    ----------
    dataset : Dataset
    results : StoredResults
    methods : mapping of str to Method
        By name; those that explain nothing, or have no results, add nothing.
    resources : Resources
        Distances that are not kept are computed.
    most : int
        Of each method: mistakes under any protocol, those whose distance is nearest to the
        threshold first, and if they are fewer than four, right pairs near it; of the same
        photographs two at most.
    """
    found = []
    for name in results.methods if most else ():
        method = methods.get(name)
        if method is None or not method.explains:
            continue
        judged = judged_pairs(name, method, dataset, results, resources)
        chosen = list(most_telling_pairs(dataset, judged, most))
        bar = tqdm(chosen, f"{name} explains", unit="pair", delay=1, disable=not resources.progress)
        for query, pair in bar:
            # Under which it is a mistake, then the others.
            under = sorted(judged[query.slug], key=lambda each: not each.mistaken[pair])
            a, b = (query.images[i] for i in places_of(pair, len(query.images)))
            shown = _explanation(method, under[0].decision.params, a, b, resources.cache_dir)
            if shown is not None:
                texts = (name, query.slug, visible(a.name), visible(b.name))
                found.append(ExplainedPair(*texts, _verdicts(under, pair), *shown))
    return found


def _verdicts(under: Sequence[Judged], pair: int) -> tuple[Verdict, ...]:
    """Return what protocols say, those that say the same together."""
    protocols: dict[Judgement, list[str]] = {}
    for each in under:
        protocols.setdefault(each.of(pair), []).append(each.protocol)
    return tuple(Verdict(judgement, tuple(names)) for judgement, names in protocols.items())


def _explanation(
    method: Method, params: Params, a: ImageHandle, b: ImageHandle, cache_dir: Path
) -> tuple[str, EncodedPicture] | None:
    """Return an explanation, in words and as a picture, drawn if it was not kept."""
    store = Store(cache_dir / "explanations")
    own = method.key
    key = {
        "method": None if own is None else dict(own),
        "params": dict(params),
        "images": [a.sha256, b.sha256],
        "drawn": [DPI, QUALITY],
        "source": source_sha256(method, modules=[__name__, DRAWN_BY]),
        "versions": {"matplotlib": version("matplotlib"), "pillow": PIL.__version__},
    }
    kept = None if own is None else store.read(key, _shown)
    if kept is not None:
        return kept
    with one_thread():
        explained = method.explain(params, a, b)
    if explained is None:
        return None
    entry = _drawn(explained)
    if own is not None:
        store.put(key, entry)
    return _shown(entry)


def _drawn(explained: Explanation) -> Entry:
    # A second that a run which finds all pictures does without.
    from dupeval.figures.explanation import explanation_picture  # noqa: PLC0415

    content = explanation_picture(explained, None, "webp", DPI, QUALITY)
    with Image.open(io.BytesIO(content)) as picture:
        size = list(picture.size)
    about = {"size": size, "summary": explained.summary}
    return Entry({"webp": np.frombuffer(content, np.uint8)}, about)


def _shown(entry: Entry) -> tuple[str, EncodedPicture]:
    return visible(entry.about["summary"]), picture_of(entry)
