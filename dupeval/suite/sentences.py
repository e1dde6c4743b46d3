"""What tables of a suite say, in sentences, and how these are to be read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import pandas as pd

from dupeval.statistics import ALPHA
from dupeval.suite import ALL
from dupeval.suite.claims import MARGIN
from dupeval.suite.page import listed, p_value, signed
from dupeval.suite.strengths import FEWEST_PAIRS
from dupeval.suite.transfer import DRAW, LEVEL, OTHERS
from dupeval.text import visible

# Recall from which a method is said to find a family, and how much of it strength must move.
FINDS, MOVES = 0.9, 0.25
# Losses of F1: up to the first next to nothing, from the second on it matters.
NOTHING, MATTERS = 0.02, 0.05

CLAIMS = (
    f"A claim that one method is above another *holds* where the exact paired sign-flip p-value of "
    f"the mean difference, adjusted over levels (Holm), is below {ALPHA:g} and its 95 % interval "
    f"leaves out 0; *does not hold* where the interval leaves out an advantage of {MARGIN:g} or "
    f"more; else it is *open*. Methods are *level* where the whole interval is within {MARGIN:g} "
    f"of 0, and are not where a difference beyond {MARGIN:g} is sure. The best tool is, for each "
    "photograph set, the one that is best on the others: at the tools' own defaults, as the study "
    "ran its one, or with a threshold chosen like that of the other methods. On *all together* "
    "each photograph set is one, averaged over its levels; that is asked once, and not adjusted."
)
EDITS = (
    "The share of pairs of an unedited image and a copy with that edit in its chain that a method "
    "puts together, whatever else the chain has; the most in bold. Recall is bought with "
    "precision, so that of the whole level stands above. A family has few pairs, of few "
    "photographs: read differences below .1 as none."
)
STRENGTHS = (
    f"Each point is {FEWEST_PAIRS} pairs or more. Strength is as `labels.csv` has it, without its "
    "sign: the share kept of a crop or an inset, the factor of a resize, degrees of a rotation, "
    "the quality of a JPEG file. On some levels a copy has other edits besides. Where recall "
    f"differs by {MOVES:g} or more between the ends, the largest first:"
)
THRESHOLDS = (
    "Parameters are as configured; the threshold is the best one on all queries of one dataset, "
    "scored on another. Between datasets of the same photographs each query is scored with a "
    "threshold from the queries of other photographs, as on the diagonal, which is leave one query "
    "out. The loss is against that diagonal. Draws share photographs and their hard negatives, so "
    "that between draws it is the least that is to be expected."
)


def verdicts(rows: pd.DataFrame) -> str:
    """Say of each comparison of a claim on which scopes it holds, does not, or is open."""
    told = []
    for comparison, own in rows.groupby("comparison", sort=False):
        of = own.groupby("verdict", sort=False)["scope"].agg(list)
        said = [f"{verdict} on {listed([_on(x) for x in of[verdict]])}" for verdict in of.index]
        told.append(f"{comparison}: {'; '.join(said)}")
    return ". ".join(told) + "."


def _on(scope: str) -> str:
    return "all together" if scope == ALL else f"`{visible(scope)}`"


def claims_markdown(claims: pd.DataFrame) -> str:
    """Return the claims with their figures; see `dupeval.suite.claims.claims_table`."""
    shown = pd.DataFrame(
        {
            "claim": claims["claim"],
            "comparison": claims["comparison"],
            "on": claims["scope"].map(visible),
            "difference of F1": [
                f"{signed(mean)} [{signed(low)}, {signed(high)}]"
                for mean, low, high in claims[["difference", "low", "high"]].to_numpy()
            ],
            "p, Holm": claims["p_holm"].map(p_value),
            "sets": claims["n"],
            "": claims["verdict"],
        }
    )
    return shown.to_markdown(index=False, disable_numparse=True)


def finds(families: pd.DataFrame) -> str:
    """Say of each method how many families it finds, and which it finds least of."""
    told = []
    for method, own in families.groupby("method", sort=False):
        recall = (own["found"] / own["pairs"]).set_axis(own["family"])
        n, worst = int((recall >= FINDS).sum()), str(recall.idxmin())
        least = f" (least {visible(worst)}, {recall.min():.2f})" if recall.min() < 1 else ""
        told.append(f"`{visible(str(method))}` {n}{least}")
    n_families = families["family"].nunique()
    return f"Of {n_families} families recall is {FINDS:g} or more in: {'; '.join(told)}."


def enough(families: pd.DataFrame, tools: Collection[str]) -> str:
    """Say in which families a tool that one can install finds as much as any method.

    Parameters
    ----------
    families : DataFrame
        Of one scope and all methods.
    tools : collection of str
    """
    recall = families.assign(recall=families["found"] / families["pairs"])
    most = recall.groupby("family", sort=False)["recall"].max()
    of_tools = recall[recall["method"].isin(tools)]
    if of_tools.empty:
        return ""
    best = of_tools.groupby("family", sort=False)["recall"].max()
    near = [str(name) for name in best.index[best >= most.loc[best.index] - MARGIN]]
    where = f": {listed(near)}" if near else ""
    return (
        f"The tool that finds most of a family is within {MARGIN:g} of the best method in "
        f"{len(near)} of {len(best)}{where}."
    )


def moved(strengths: pd.DataFrame, methods: Sequence[str]) -> str:
    """Say where the recall of each method depends most on how strong an edit is."""
    rows = strengths.assign(recall=strengths["found"] / strengths["pairs"])
    said = []
    for method in methods:
        own, told = rows[rows["method"] == method], []
        for names, line in own.groupby(["scope", "family", "kind"], sort=False):
            scope, family, kind = map(str, names)
            ends = line.sort_values("strength").iloc[[0, -1]]
            (first, last), (low, high) = ends["recall"], ends["strength"]
            if abs(first - last) >= MOVES:
                edit = visible(f"{family} {kind}".strip())
                text = f"{edit} on `{visible(scope)}` ({first:.2f} at {low:.3g}, "
                told.append((-abs(first - last), f"{text}{last:.2f} at {high:.3g})"))
        where = "; ".join(text for _, text in sorted(told)) or "nowhere"
        said.append(f"- `{visible(method)}`: {where}.")
    return "\n".join(said)


def costs(lost: pd.DataFrame) -> Iterator[str]:
    """Say what thresholds from another draw, another level and other photographs cost."""
    for kind in (DRAW, LEVEL, OTHERS):
        rows = lost[lost["from"] == kind]
        if rows.empty:
            continue
        means = rows.groupby("method", sort=False)["loss"].mean()
        worst = rows.sort_values("loss", kind="stable").iloc[-1]
        yield (
            f"A threshold from {kind} costs {rows['loss'].mean():.3f} of F1 in the mean over "
            f"methods, {_by_size(means)}; at most {worst['loss']:.3f} "
            f"(`{visible(worst['method'])}`, chosen on {visible(worst['chosen_on'])}, scored on "
            f"{visible(worst['scored_on'])})."
        )


def _by_size(means: pd.Series[float]) -> str:
    sizes: Sequence[tuple[str, pd.Series[bool]]] = (
        (f"next to nothing (below {NOTHING:g})", means < NOTHING),
        (f"some ({NOTHING:g} to {MATTERS:g})", means.between(NOTHING, MATTERS, inclusive="left")),
        (f"what matters ({MATTERS:g} or more)", means >= MATTERS),
    )
    shown = pd.Series({name: f"`{name}` ({signed(loss)})" for name, loss in means.items()})
    told = [f"{size} with {listed(shown[those].tolist())}" for size, those in sizes if those.any()]
    return "; ".join(told)
