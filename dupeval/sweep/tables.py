"""Tables of a sweep: every setting under every protocol, the best ones, and all curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dupeval.dataset import Dataset
from dupeval.engine.curves import Curves
from dupeval.errors import SettingsError
from dupeval.method.vectors import COMPONENTS, OF_CLUSTERING
from dupeval.metrics import UNSCORED, PairCurve
from dupeval.protocol import Protocol
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.search import first_best
from dupeval.sweep.outcome import Outcome, OutcomeCurves
from dupeval.sweep.plan import Planned
from dupeval.tables import SCORES

ALL, EACH = "all", "each"
SEARCHING = ("loqo", "oracle")
BEST_COLUMNS = [
    *("chosen_by", "method", "n_settings", "setting", "parameters"),
    *("f1_loqo", "f1_oracle", "f1_loqo_all"),
]
COUNTS = ("tp", "fp", "fn", "tn")
# A share of the variance has a column of its own, so that both are numbers of one kind.
SHARE = "variance_share"


# Precision, recall, F1 and threshold of each setting and query, shape (n_settings, n_queries, 4).
Figures = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Swept:
    """One setting and what came of it."""

    planned: Planned
    outcome: Outcome


def figures_by_protocol(
    swept: Sequence[Swept], protocols: Mapping[str, Protocol], others: Mapping[str, Curves]
) -> dict[str, Figures]:
    """Return precision, recall, F1 and threshold of every setting and query, by protocol.

    Parameters
    ----------
    swept : sequence of Swept
    protocols : mapping of str to Protocol
    others : mapping of str to Curves
        What protocols may look at besides the setting, by the method's name.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_settings, n_queries, 4)
        NaN, but for the threshold, of a query that is not scored.
    """
    return {
        name: np.array([_figures(one, protocol, others) for one in swept])
        for name, protocol in protocols.items()
    }


def sweep_table(
    swept: Sequence[Swept],
    figures: Mapping[str, Figures],
    dataset: Dataset,
    query_sets: Sequence[str] = (ALL,),
) -> pd.DataFrame:
    """Return one row a setting, protocol and query set.

    Parameters
    ----------
    swept : sequence of Swept
    figures : mapping of str to ndarray
        See `figures_by_protocol`.
    dataset : Dataset
    query_sets : sequence of {"all", "each"}
        ``all``: all queries together; ``each``: every query alone, called by its slug; of both
        those that are scored.

    Returns
    -------
    DataFrame
        ``setting`` (see `Planned.name`), ``method``, ``protocol``, ``query_set``, the parameters,
        then ``precision``, ``recall`` and ``f1``, means over the query set, and ``threshold``,
        its median.
    """
    scored = {query.slug: [q] for q, query in enumerate(dataset.queries) if query.is_scored}
    sets = {ALL: [q for (q,) in scored.values()]} if ALL in query_sets else {}
    if EACH in query_sets:
        sets |= scored
    rows: list[dict[str, Any]] = []
    shown: list[npt.NDArray[np.float64]] = []
    for i, one in enumerate(swept):
        named = {"setting": one.planned.name, "method": one.planned.method}
        parameters = _columns(one.planned.parameters)
        for protocol, of_protocol in figures.items():
            for query_set, queries in sets.items():
                rows.append({**named, "protocol": protocol, "query_set": query_set, **parameters})
                own = of_protocol[i, queries]
                shown.append(np.append(own[:, :3].mean(axis=0), np.median(own[:, 3])))
    table = _in_order(pd.DataFrame(rows))
    table[[*SCORES, "threshold"]] = np.array(shown)
    return table


def best_table(swept: Sequence[Swept], figures: Mapping[str, Figures]) -> pd.DataFrame:
    """Return for each method its best setting by ``loqo`` and by ``oracle``, where they were run.

    Returns
    -------
    DataFrame
        ``chosen_by``: the protocol by whose mean F1 the setting is the best of its method, the
        first of equals; ``method``, ``n_settings``, ``setting``; ``parameters``: those that differ
        between the method's settings; ``f1_loqo``, ``f1_oracle``; and ``f1_loqo_all`` beside what
        ``loqo`` chose: the held-out F1 when the setting, too, is chosen on the other queries. That
        a setting was chosen by ``f1_loqo`` itself makes that figure a little too good.
    """
    means = {
        name: np.nanmean(figures[name][:, :, 2], axis=1) for name in SEARCHING if name in figures
    }
    places: dict[str, list[int]] = {}
    for place, one in enumerate(swept):
        places.setdefault(one.planned.method, []).append(place)
    rows = []
    for chosen_by in means:
        for method, own in places.items():
            place = own[first_best(means[chosen_by][own])]
            members = [swept[i] for i in own]
            row: dict[str, Any] = {
                "chosen_by": chosen_by,
                "method": method,
                "n_settings": len(own),
                "setting": swept[place].planned.name,
                "parameters": _varied(swept[place], members),
                **{f"f1_{name}": means[name][place] for name in means},
            }
            if chosen_by == "loqo":
                row["f1_loqo_all"] = _all_held_out(members)
            rows.append(row)
    return pd.DataFrame(rows, columns=BEST_COLUMNS)


def curves_table(swept: Sequence[Swept], dataset: Dataset) -> pd.DataFrame:
    """Return every cut of every setting's dendrograms: ``setting, query, threshold`` and counts.

    The curve of a query is the step function that `dupeval.metrics.PairCurve` describes, its
    components fitted as they are where the query is scored. `read_curve` makes one of it.
    """
    curves = [curve for one in swept for curve in one.outcome.curves]
    n_cuts = [len(curve) for curve in curves]
    slugs = [query.slug for query in dataset.queries]
    return pd.DataFrame(
        {
            "setting": np.repeat([one.planned.name for one in swept for _ in slugs], n_cuts),
            "query": np.repeat(slugs * len(swept), n_cuts),
            "threshold": np.concatenate([curve.thresholds for curve in curves]),
            **{name: np.concatenate([getattr(c, name) for c in curves]) for name in COUNTS},
        }
    )


def read_curve(curves: pd.DataFrame, setting: str, query: str) -> PairCurve:
    """Return one curve of a `curves_table`.

    Raises
    ------
    SettingsError
        If it is not in the table.
    """
    own = curves[(curves["setting"] == setting) & (curves["query"] == query)]
    if own.empty:
        raise SettingsError(f"there is no curve of setting {setting!r} for query {query!r}")
    tp, fp, fn, tn = (own[name].to_numpy(np.int64) for name in COUNTS)
    return PairCurve(own["threshold"].to_numpy(np.float64), tp, fp, fn, tn)


def _figures(
    one: Swept, protocol: Protocol, others: Mapping[str, Curves]
) -> list[tuple[float, float, float, float]]:
    found = []
    for curve, threshold in zip(
        one.outcome.curves, _thresholds(one, protocol, others), strict=True
    ):
        scores = curve.at(threshold) if _is_scored(curve) else UNSCORED
        found.append((scores.precision, scores.recall, scores.f1, threshold))
    return found


def _is_scored(curve: PairCurve) -> bool:
    """Whether the curve's query has a pair that counts."""
    return bool(curve.tp[0] + curve.fp[0] + curve.fn[0] + curve.tn[0])


def _thresholds(one: Swept, protocol: Protocol, others: Mapping[str, Curves]) -> list[float]:
    if isinstance(protocol, LeaveOneQueryOut):
        return [best.threshold for best in one.outcome.held_out]
    curves = OutcomeCurves(one.planned.family.method, one.outcome)
    # To a protocol a setting is a method of its own: its name is no method's.
    name = f"setting {one.planned.name}"
    return [decided.threshold for decided in protocol.decide(name, {**others, name: curves})]


def _columns(parameters: Mapping[str, Any]) -> dict[str, Any]:
    columns = dict(parameters)
    n_components = columns.pop(COMPONENTS, None)
    if isinstance(n_components, float):
        return {**columns, SHARE: n_components}
    return {**columns, COMPONENTS: n_components}


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the columns in one order whatever was swept, each of one type."""
    first = ["setting", "method", "protocol", "query_set"]
    last = {
        **{"fit": "string", "whiten": "boolean"},
        **dict.fromkeys(OF_CLUSTERING, "string"),
        **{COMPONENTS: "Int64", SHARE: "Float64"},
    }
    others = [name for name in rows.columns if name not in (*first, *last)]
    ordered = rows.reindex(columns=[*first, *others, *last])
    return ordered.convert_dtypes().astype(last)


def _all_held_out(members: Sequence[Swept]) -> float:
    """Return the mean F1 where the setting, too, is the one that is best on the others."""
    outcomes = [one.outcome for one in members]
    best = np.array([[each.f1 for each in outcome.held_out] for outcome in outcomes])
    reached = []
    for query, of_settings in enumerate(best.T):
        chosen = outcomes[first_best(of_settings)]
        if not _is_scored(chosen.curves[query]):
            continue
        reached.append(chosen.curves[query].at(chosen.held_out[query].threshold).f1)
    return float(np.mean(reached))


def _varied(chosen: Swept, members: Sequence[Swept]) -> str:
    return " ".join(
        f"{name}={value}"
        for name, value in chosen.planned.parameters.items()
        if any(other.planned.parameters.get(name) != value for other in members)
    )
