"""From a labelled dataset to the method, settings and threshold to use, and what to expect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dupeval.dataset import Dataset
from dupeval.deployment.choosing import Decided, Judged, Wished, chosen_for
from dupeval.deployment.expecting import Expectation, expectation_of
from dupeval.deployment.file import Calibration, Sample
from dupeval.deployment.gate import as_grouped
from dupeval.deployment.identity import CarriesFit, Tensors, as_they_are, identity
from dupeval.deployment.several import WHICH, Several, with_name
from dupeval.deployment.wish import Wish
from dupeval.engine.answers import Answers
from dupeval.engine.folds import NOTHING, Folds, folds_of
from dupeval.engine.predictions import predict
from dupeval.engine.rehearsal import Rehearsal, rehearse
from dupeval.engine.workshop import Workshop
from dupeval.errors import NoScoresError, SettingsError
from dupeval.method import Method, Params, Resources
from dupeval.method.views import QueryImages, TrainingView
from dupeval.protocol import Decision
from dupeval.timing import Stopwatch, one_thread

NAME = "calibrated"
# A fold that nobody is in. Of a single query a fit sees nothing while nothing is hidden; what is to
# be used afterwards sees all.
NOBODY: frozenset[int] = frozenset((-1,))


@dataclass(frozen=True, eq=False)
class Calibrated:
    """What is to be used on images like those of a dataset.

    Attributes
    ----------
    method : str
    params : mapping
        What was chosen besides the threshold.
    threshold : float
        NaN of a method that has none.
    identity : mapping
        See `dupeval.deployment.identity.identity`.
    fit : mapping of str to ndarray
        Of a method that learns; else empty.
    expected : Expectation
        On what no choice had seen.
    n_folds, n_queries : int
        What was left out in turn.
    n_alike : int
        In how many folds the same method and settings were chosen.
    left_out : mapping of str to str
        Methods that were not tried, and why.
    tried : sequence of str
        The others.
    """

    method: str
    params: Params
    threshold: float
    identity: Mapping[str, Any]
    expected: Expectation
    n_folds: int
    n_queries: int
    n_alike: int
    fit: Tensors = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    tried: Sequence[str] = ()


def calibrate(
    methods: Mapping[str, Method],
    dataset: Dataset,
    wish: Wish,
    resources: Resources,
    folds: Folds | None = None,
) -> Calibrated:
    """Choose what to use on images like a dataset's, and find out what to expect of it.

    What to expect is found on what no choice had seen: method, settings and threshold are chosen
    anew for each fold of queries, or of a single query's photographs, on the others. What is to be
    used is chosen on all.

    Parameters
    ----------
    methods : mapping of str to Method
        Of which one is chosen.
    dataset : Dataset
    wish : Wish
    resources : Resources
    folds : Folds, optional
        By default those of `dupeval.engine.folds.folds_of`.

    Raises
    ------
    SettingsError
        If the dataset shows no copies, no method can be used, or grouping nothing is best.
    """
    if not any(query.n_true_pairs for query in dataset.queries):
        raise SettingsError(
            "no two images are labelled as copies, so nothing says where to cut; possible: a "
            "sample with groups of copies"
        )
    folds = folds or folds_of(dataset)
    if len(folds) < 2 or not all(folds.others(fold) for fold in folds.members):
        raise SettingsError(
            "the sample cannot be divided: to choose on some queries and to score on others, or on "
            "other photographs of a single one, takes two with labels; possible: a larger sample"
        )
    grouping = {name: as_grouped(method, resources) for name, method in methods.items()}
    protocol = Wished(wish)
    rehearsed = _rehearsed(grouping, protocol, dataset, folds)
    watch = Stopwatch(NAME)
    workshop = Workshop(dataset, resources, watch)
    answers = Answers(rehearsed.several, workshop, folds)
    answers.prepare(rehearsed.wanted)
    judged = Judged(answers, [query.truth for query in dataset.queries])
    with one_thread():
        answers.prepare_fits()
        decisions = protocol.decide(NAME, {NAME: judged})
        predictions = predict(NAME, Decided(decisions), {NAME: judged})
        params, threshold = _on_all(wish, judged, dataset)
    if threshold < 0:
        raise SettingsError(
            "to group nothing is best here for every method that was tried; possible: other "
            "methods, or a sample with more copies"
        )
    left_out = {**rehearsed.left_out, **_several(answers.method).left_out}
    prepared, own = _several(answers.method).split(params)
    name = params[WHICH]
    return Calibrated(
        method=name,
        params=own,
        threshold=threshold,
        identity=identity(methods[name], own),
        expected=expectation_of(predictions, dataset, wish),
        n_folds=len(folds),
        n_queries=folds.n_queries - len(folds.unscored),
        n_alike=_alike(decisions, params),
        fit=_fit(prepared, own, workshop.queries()),
        left_out=left_out,
        tried=[one for one in methods if one not in left_out],
    )


@dataclass(frozen=True, eq=False)
class _Rehearsed:
    several: Several
    wanted: Sequence[Params]
    left_out: Mapping[str, str]


def _rehearsed(
    methods: Mapping[str, Method], protocol: Wished, dataset: Dataset, folds: Folds
) -> _Rehearsed:
    """Let the protocol decide on nothing for each method: what cannot be chosen shows now."""
    n_images = [len(query.images) for query in dataset.queries]
    kept: dict[str, Method] = {}
    wanted: list[Params] = []
    left_out: dict[str, str] = {}
    for name, method in methods.items():
        rehearsal = Rehearsal(method, n_images, folds)
        try:
            _check_can_be_carried(method)
            rehearse(name, "calibrate", protocol, {name: rehearsal})
        except (SettingsError, NoScoresError) as error:
            left_out[name] = str(error).removeprefix(f"method {name}, protocol calibrate: ")
            continue
        kept[name] = method
        wanted += [with_name(name, params) for params in rehearsal.wanted]
    if not kept:
        raise SettingsError("; ".join(dict.fromkeys(left_out.values())))
    return _Rehearsed(Several(kept), wanted, left_out)


def _check_can_be_carried(method: Method) -> None:
    identity(method, method.candidates[0])
    scopes = {method.scope(params) for params in method.candidates}
    if method.supervised or ("others" in scopes and not isinstance(method, CarriesFit)):
        raise SettingsError("what it learns cannot be kept in a file")
    if "dataset" in scopes:
        raise SettingsError(
            "it learns from the dataset and the images to be grouped together, which no file can "
            "hold; possible: fit=others, fit=query"
        )


def _several(method: Method) -> Several:
    if not isinstance(method, Several):
        raise TypeError("several methods were prepared as something else")
    return method


def _on_all(wish: Wish, judged: Judged, dataset: Dataset) -> tuple[Params, float]:
    """Choose on all queries: what is to be used."""
    hidden = NOTHING if judged.folds.of_image is None else NOBODY
    queries = [i for i, query in enumerate(dataset.queries) if query.is_scored]
    return chosen_for(wish, judged, queries, hidden)


def _alike(decisions: Sequence[Decision], params: Params) -> int:
    """Return in how many folds the same was chosen as on all."""
    chosen = {decision.hidden: dict(decision.params) for decision in decisions}
    return sum(own == params for own in chosen.values())


def _fit(method: Method, params: Params, queries: Sequence[QueryImages]) -> Tensors:
    """Return what a method learns from all images, for vectors as they are."""
    if method.scope(params) != "others" or not isinstance(method, CarriesFit):
        return {}
    view = TrainingView(tuple(map(as_they_are, queries)))
    return method.packed_fit(method.fit(view, params), params)


def in_file(
    found: Calibrated,
    dataset: Dataset,
    wish: Wish,
    left_out: Mapping[str, str],
    versions: Mapping[str, str],
) -> Calibration:
    """Return a calibration as a file has it.

    Parameters
    ----------
    found : Calibrated
    dataset : Dataset
        What it was found on.
    wish : Wish
    left_out : mapping of str to str
        Methods that could not even be made, and why.
    versions : mapping of str to str
        Of packages.
    """
    expected = found.expected
    return Calibration(
        method=found.method,
        settings=dict(found.params),
        threshold=None if np.isnan(found.threshold) else found.threshold,
        identity=dict(found.identity),
        sample=Sample(
            name=dataset.name,
            fingerprint=dataset.fingerprint,
            n_queries=found.n_queries,
            n_images=len(dataset.images),
            n_true_pairs=sum(query.n_true_pairs for query in dataset.queries),
        ),
        wish=wish,
        precision=expected.precision,
        recall=expected.recall,
        least_precision=expected.least_precision,
        shown=None if wish.precision is None else expected.n_needed == 0,
        n_needed=expected.n_needed,
        n_claimed=expected.n_claimed,
        n_folds=found.n_folds,
        n_alike=found.n_alike,
        tried=list(found.tried),
        left_out={**left_out, **found.left_out},
        versions=dict(versions),
    )
