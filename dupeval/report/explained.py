"""Pairs whose distance a method explains: its mistakes, the least sure first, and close calls."""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import PIL
from PIL import Image
from tqdm import tqdm

from dupeval.dataset import Dataset, ImageHandle, Query
from dupeval.distance.explanation import Explanation
from dupeval.engine.answers import Answers
from dupeval.engine.workshop import Workshop
from dupeval.method import Method, Params, Resources
from dupeval.protocol import Decision
from dupeval.report.data import number
from dupeval.report.pictures import EncodedPicture
from dupeval.sources import source_sha256
from dupeval.store import Entry, Store
from dupeval.stored import StoredResults
from dupeval.text import visible
from dupeval.timing import Stopwatch, one_thread
from dupeval.versions import version

DRAWN_BY = "dupeval.figures.explanation"
DPI, QUALITY = 150, 70
# A method with fewer mistakes shows right pairs too, those nearest to its threshold.
FEWEST = 4
# Of two photographs that are taken for one, and of one that is torn apart, so many pairs are shown.
ALIKE = 2

Kind = Literal["wrong", "missed", "right"]


class Judgement(NamedTuple):
    """What became of a pair: if its two images are in one group, and why they may be."""

    kind: Kind
    together: bool
    distance: float
    threshold: float


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


@dataclass(frozen=True, eq=False)
class _Judged:
    """The pairs of a query under one protocol."""

    protocol: str
    decision: Decision
    distances: npt.NDArray[np.float64]
    together: npt.NDArray[np.bool_]
    mistaken: npt.NDArray[np.bool_]

    @cached_property
    def margins(self) -> npt.NDArray[np.float64]:
        """How far each distance is from the threshold."""
        far = np.abs(self.distances - self.decision.threshold)
        margins: npt.NDArray[np.float64] = np.where(np.isnan(far), np.inf, far)
        return margins

    def of(self, pair: int) -> Judgement:
        """Return what became of one pair."""
        together = bool(self.together[pair])
        mistake: Kind = "wrong" if together else "missed"
        kind = mistake if self.mistaken[pair] else "right"
        return Judgement(kind, together, float(self.distances[pair]), self.decision.threshold)


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
        judged = _judged(name, method, dataset, results, resources)
        chosen = list(_most_telling(dataset, judged, most))
        bar = tqdm(chosen, f"{name} explains", unit="pair", delay=1, disable=not resources.progress)
        for query, pair in bar:
            # Under which it is a mistake, then the others.
            under = sorted(judged[query.slug], key=lambda each: not each.mistaken[pair])
            a, b = (query.images[i] for i in _places(pair, len(query.images)))
            entry = _entry(method, under[0].decision.params, a, b, resources.cache_dir)
            if entry is not None:
                texts = (name, query.slug, visible(a.name), visible(b.name))
                found.append(ExplainedPair(*texts, _verdicts(under, pair), *_shown(entry)))
    return found


def _judged(
    name: str,
    method: Method,
    dataset: Dataset,
    results: StoredResults,
    resources: Resources,
) -> Mapping[str, Sequence[_Judged]]:
    """Return by the query's slug what became of its pairs, protocol by protocol."""
    answers = Answers(method, Workshop(dataset, resources, Stopwatch(name)))
    judged: dict[str, list[_Judged]] = {query.slug: [] for query in dataset.queries}
    for protocol in results.protocols:
        for i, query in enumerate(dataset.queries):
            place = (protocol, name, query.slug)
            if place not in results.partitions:
                continue
            decision = results.decision(name, protocol, query.slug)
            distances = answers.distances(i, decision.params, decision.hidden)
            labels = results.labels(place)
            first, second = np.triu_indices(len(labels), 1)
            together = labels[first] == labels[second]
            counts, true = query.truth.of_pairs()
            mistaken = counts & (together != true)
            judged[query.slug].append(_Judged(protocol, decision, distances, together, mistaken))
    return judged


def _most_telling(
    dataset: Dataset, judged: Mapping[str, Sequence[_Judged]], most: int
) -> Iterator[tuple[Query, int]]:
    """Yield pairs by query and place in the condensed order."""
    mistakes: list[tuple[float, int, int]] = []
    right: list[tuple[float, int, int]] = []
    for place, query in enumerate(dataset.queries):
        under = judged[query.slug]
        if not under:
            continue
        mistaken = np.any([each.mistaken for each in under], axis=0)
        margins = np.min([_margins(each, mistaken) for each in under], axis=0)
        for wanted, found in ((mistaken, mistakes), (~mistaken, right)):
            least_sure = islice(_least_sure(query, margins, wanted), most)
            found += [(float(margins[pair]), place, pair) for pair in least_sure]
    n_mistakes = min(most, len(mistakes))
    n_right = max(0, min(most, FEWEST) - n_mistakes)
    for _, place, pair in sorted(mistakes)[:n_mistakes] + sorted(right)[:n_right]:
        yield dataset.queries[place], pair


def _least_sure(
    query: Query, margins: npt.NDArray[np.float64], wanted: npt.NDArray[np.bool_]
) -> Iterator[int]:
    """Yield the wanted pairs that count, the smallest margin first, few that are alike."""
    first, second = np.triu_indices(len(query.images), 1)
    photographs, (counts, _) = query.photographs, query.truth.of_pairs()
    pairs = np.flatnonzero(wanted & counts)
    alike: Counter[frozenset[str]] = Counter()
    for pair in pairs[np.argsort(margins[pairs], kind="stable")].tolist():
        of = frozenset((photographs[first[pair]], photographs[second[pair]]))
        alike[of] += 1
        if alike[of] <= ALIKE:
            yield pair


def _margins(each: _Judged, mistaken: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return margins; of a pair that is a mistake elsewhere, only where it is one."""
    margins: npt.NDArray[np.float64] = np.where(mistaken & ~each.mistaken, np.inf, each.margins)
    return margins


def _verdicts(under: Sequence[_Judged], pair: int) -> tuple[Verdict, ...]:
    """Return what protocols say, those that say the same together."""
    protocols: dict[Judgement, list[str]] = {}
    for each in under:
        protocols.setdefault(each.of(pair), []).append(each.protocol)
    return tuple(Verdict(judgement, tuple(names)) for judgement, names in protocols.items())


def _places(pair: int, n: int) -> tuple[int, int]:
    """Return the places of the images of a pair in scipy's condensed order."""
    first, second = np.triu_indices(n, 1)
    return int(first[pair]), int(second[pair])


def _entry(
    method: Method, params: Params, a: ImageHandle, b: ImageHandle, cache_dir: Path
) -> Entry | None:
    """Return an explanation as it is kept, drawn if it was not."""
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
    kept = None if own is None else store.get(key)
    if kept is not None:
        return kept
    with one_thread():
        explained = method.explain(params, a, b)
    if explained is None:
        return None
    entry = _drawn(explained)
    if own is not None:
        store.put(key, entry)
    return entry


def _drawn(explained: Explanation) -> Entry:
    # A second that a run which finds all pictures does without.
    from dupeval.figures.explanation import explanation_picture  # noqa: PLC0415

    content = explanation_picture(explained, None, "webp", DPI, QUALITY)
    with Image.open(io.BytesIO(content)) as picture:
        size = list(picture.size)
    about = {"size": size, "summary": explained.summary}
    return Entry({"webp": np.frombuffer(content, np.uint8)}, about)


def _shown(entry: Entry) -> tuple[str, EncodedPicture]:
    content = base64.b64encode(entry.tensors["webp"].tobytes()).decode()
    picture = EncodedPicture(f"data:image/webp;base64,{content}", *entry.about["size"])
    return visible(entry.about["summary"]), picture
