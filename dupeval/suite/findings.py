"""What the results of a suite say, in sentences and tables: nothing of it is typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from dupeval.statistics import ALPHA, mean_interval, sign_flip_p_value
from dupeval.suite import Place, block_scores
from dupeval.suite.claims import MARGIN, STUDYS, claims_table
from dupeval.suite.page import READING, listed, scores_markdown, tests_sentences
from dupeval.suite.strengths import FEWEST_PAIRS
from dupeval.suite.transfer import DRAW, LEVEL, OTHERS, losses
from dupeval.text import visible

OWN_DEFAULT = "fixed"
# Recall from which a method is said to find a family, and how much of it strength must move.
FINDS, MOVES = 0.9, 0.25
# Losses of F1: up to the first next to nothing, from the second on it matters.
NOTHING, MATTERS = 0.02, 0.05


@dataclass(frozen=True, eq=False)
class Findings:
    """The findings of one suite.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        As `dupeval.suite.tables.read_table` reads them, by the names of their files.
    protocol : str
        The held-out one under which methods are compared.
    seed : int
    figures : mapping of str to str
        Where the figures are that there are, from where the page is, by the names of their files.
    """

    tables: Mapping[str, pd.DataFrame]
    protocol: str
    seed: int
    figures: Mapping[str, str]

    def markdown(self) -> str:
        """Return the page."""
        sections = (self._head, self._methods, self._claims, self._edits, self._thresholds)
        return "\n\n".join(text for section in sections for text in section()) + "\n"

    @cached_property
    def blocks(self) -> pd.DataFrame:
        """See `block_scores`."""
        return block_scores(self.tables["per_query.csv"], self.protocol)

    @cached_property
    def named(self) -> list[str]:
        """The methods that are looked at closely."""
        return list(dict.fromkeys(self.tables["transfer.csv"]["method"]))

    @cached_property
    def places(self) -> dict[str, Place]:
        """Where each dataset stands."""
        columns = ["dataset", "photographs", "level", "draw"]
        rows = self.tables["suite.csv"][columns].drop_duplicates()
        return {row[0]: Place(*row) for row in rows.itertuples(index=False, name=None)}

    def _head(self) -> Iterator[str]:
        draws: dict[str, list[str]] = {}
        for place in self.places.values():
            draws.setdefault(place.scope, []).append(place.draw)
        shown = [
            f"`{visible(scope)}`" + (f" (draws {', '.join(own)})" if own != [""] else "")
            for scope, own in draws.items()
        ]
        yield (
            f"Of {len(self.places)} datasets: {listed(shown)}. Scores are mean pairwise F1 under "
            f"`{self.protocol}`, where nothing of a query enters the choice of its parameters or "
            "threshold. What is compared are photograph sets, a query's photographs, each averaged "
            "over the draws of a level first: draws show the same photographs and are not "
            "independent. Every sentence and figure is made from the results of one run."
        )

    def _methods(self) -> Iterator[str]:
        yield "## Which method"
        yield scores_markdown(self.tables, self.protocol)
        yield READING
        yield " ".join(self._best(scope, own) for scope, own in self._scopes())
        if "ranks.png" in self.figures:
            yield self._figure("ranks.png", "Mean ranks; a bar joins methods not told apart")
        if tested := tests_sentences(self.tables["rank_tests.csv"]):
            yield " ".join(tested)

    def _scopes(self) -> Iterator[tuple[str, pd.DataFrame]]:
        for scope, own in self.blocks.groupby(level="scope", sort=False):
            yield visible(str(scope)), own.dropna(axis="columns")

    def _best(self, scope: str, f1: pd.DataFrame) -> str:
        means = f1.mean().sort_values(ascending=False, kind="stable")
        if len(means) < 2:
            return f"On `{scope}` one method has scores."
        first, second = means.index[:2]
        difference = f1[first] - f1[second]
        low, high = mean_interval(difference, bounds=(-1.0, 1.0))
        p = sign_flip_p_value(f1[first], f1[second], self.seed)
        ends = "" if np.isnan(low) else f" [{low:+.3f}, {high:+.3f}]"
        return (
            f"On `{scope}` the best is `{visible(str(first))}`, {means[first]:.3f}; the next, "
            f"`{visible(str(second))}`, is {difference.mean():.3f}{ends} below it, p {p:.3f}."
        )

    def _claims(self) -> Iterator[str]:
        suite = self.tables["suite.csv"]
        tools = set(suite.loc[suite["tool"] == 1, "method"])
        claims = claims_table(
            self.tables["per_query.csv"], self.protocol, OWN_DEFAULT, tools, self.seed
        )
        if claims.empty:
            return
        yield "## What holds of the study"
        yield CLAIMS
        for claim, rows in claims.groupby("claim", sort=False):
            yield f"**{str(claim)[0].upper()}{str(claim)[1:]}**: {verdicts(rows)}"
        yield _claims_markdown(claims)
        yield from self._at_or_below()

    def _at_or_below(self) -> Iterator[str]:
        """Say plainly where VGG + PCA is no better than VGG alone."""
        plain = STUDYS.removesuffix("_pca")
        if not {STUDYS, plain} <= set(self.blocks):
            return
        means = self.blocks[[STUDYS, plain]].groupby(level="scope", sort=False).mean()
        told = [
            f"{own[STUDYS]:.3f} and {own[plain]:.3f} on `{scope}`"
            for scope, own in means.iterrows()
        ]
        below = means.index[means[STUDYS] <= means[plain]]
        where = "nowhere" if below.empty else f"on {listed([f'`{scope}`' for scope in below])}"
        if len(below) == len(means):
            where = "everywhere"
        yield f"VGG + PCA is at or below plain VGG in mean F1 {where}: {listed(told)}."

    def _edits(self) -> Iterator[str]:
        families = self.tables["families.csv"]
        families = families[families["method"].isin(self.named)]
        if families.empty:
            return
        yield "## Which method for which edits"
        yield EDITS
        for scope, own in families.groupby("scope", sort=False):
            yield f"### Edits of `{visible(str(scope))}`"
            yield self._families_markdown(str(scope), own)
            yield " ".join(_finds(own))
        if "strengths.png" in self.figures:
            yield "### How strong the edit is"
            yield self._figure("strengths.png", "Recall against the strength of edits")
            yield STRENGTHS
            yield " ".join(self._moved())

    def _families_markdown(self, scope: str, families: pd.DataFrame) -> str:
        """Return recall by family and method, with the precision and recall of all pairs first."""
        recall = families.assign(recall=families["found"] / families["pairs"])
        wide = recall.pivot_table(index="family", columns="method", values="recall", sort=False)
        pairs = families.groupby("family", sort=False)["pairs"].max()
        suite = self.tables["suite.csv"]
        own = (
            suite[
                (suite["protocol"] == self.protocol)
                & suite["dataset"].map(self._scope_of).eq(scope)
            ]
            .groupby("method", sort=False)[["precision", "recall"]]
            .mean()
        )
        rows = [
            {"edit": name, "pairs": "", **own.loc[list(wide), name].map("{:.2f}".format)}
            for name in ("precision", "recall")
        ]
        # From the easiest to the hardest.
        for family in wide.mean(axis=1).sort_values(ascending=False, kind="stable").index:
            found = wide.loc[family]
            cells = {str(m): f"{x:.2f}" for m, x in found.items()}
            cells |= {m: f"**{cells[m]}**" for m in map(str, found.index[found == found.max()])}
            rows.append({"edit": visible(str(family)), "pairs": str(pairs.loc[family]), **cells})
        table = pd.DataFrame(rows).rename(columns=visible)
        return table.to_markdown(index=False, disable_numparse=True)

    def _scope_of(self, dataset: str) -> str:
        return self.places[dataset].scope

    def _moved(self) -> Iterator[str]:
        """Say which methods lose most by strength, and where."""
        rows = self.tables["strengths.csv"]
        rows = rows.assign(recall=rows["found"] / rows["pairs"])
        index = ["scope", "family", "kind"]
        for method in self.named:
            own, told = rows[rows["method"] == method], []
            for names, line in own.groupby(index, sort=False):
                scope, family, kind = map(str, names)
                ends = line.sort_values("strength").iloc[[0, -1]]
                (first, last), (low, high) = ends["recall"], ends["strength"]
                if abs(first - last) >= MOVES:
                    edit = visible(f"{family} {kind}".strip())
                    text = f"{edit} on `{visible(scope)}` ({first:.2f} at {low:.3g}, "
                    told.append((-abs(first - last), f"{text}{last:.2f} at {high:.3g})"))
            said = "; ".join(text for _, text in sorted(told)) or "nowhere"
            yield f"`{visible(method)}`: {said}."

    def _thresholds(self) -> Iterator[str]:
        lost = losses(self.tables["transfer.csv"], self.places)
        if lost.empty:
            return
        yield "## What a threshold from elsewhere costs"
        yield THRESHOLDS
        yield " ".join(_costs(lost))
        yield self._losses_markdown(lost)
        if "transfer.png" in self.figures:
            yield self._figure(
                "transfer.png", "F1 with a threshold chosen on one dataset, on another"
            )

    def _losses_markdown(self, lost: pd.DataFrame) -> str:
        """Return the mean loss by method, and by what the threshold was chosen and scored on."""
        scopes = list(dict.fromkeys(place.scope for place in self.places.values()))
        source, target = (
            lost["chosen_on"].map(self._scope_of),
            lost["scored_on"].map(self._scope_of),
        )
        rows = []
        for method in dict.fromkeys(lost["method"]):
            own = lost["method"] == method
            row = {"loss of F1": visible(str(method))}
            for a in scopes:
                for b in scopes:
                    values = lost.loc[own & (source == a) & (target == b), "loss"]
                    name = f"{visible(a)} to {visible(b)}".replace("standin-", "")
                    if len(values):
                        row[name] = f"{values.mean():+.3f}"
            rows.append(row)
        return pd.DataFrame(rows).fillna("").to_markdown(index=False, disable_numparse=True)

    def _figure(self, name: str, alt: str) -> str:
        return f"![{alt}]({self.figures[name]})"


CLAIMS = (
    f"A claim that one method is above another *holds* where the exact paired sign-flip p-value of "
    f"the mean difference, adjusted over levels (Holm), is below {ALPHA:g}; *does not hold* where "
    f"the 95 % interval leaves out an advantage of {MARGIN:g} or more; else it is *open*. Methods "
    f"are *level* where the whole interval is within {MARGIN:g} of 0, and are not where a "
    f"difference beyond {MARGIN:g} is sure. The best tool is, for each photograph set, the one "
    "that is best on the others, at the tools' own defaults, as the study ran its one, or with a "
    "threshold chosen like that of the other methods."
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
        said = [f"{verdict} on {listed([f'`{x}`' for x in of[verdict]])}" for verdict in of.index]
        told.append(f"{comparison}: {'; '.join(said)}")
    return ". ".join(told) + "."


def _claims_markdown(claims: pd.DataFrame) -> str:
    shown = pd.DataFrame(
        {
            "claim": claims["claim"],
            "comparison": claims["comparison"],
            "on": claims["scope"].map(visible),
            "difference of F1": [
                f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"
                for mean, low, high in claims[["difference", "low", "high"]].to_numpy()
            ],
            "p, Holm": claims["p_holm"].map("{:.3f}".format),
            "sets": claims["n"],
            "": claims["verdict"],
        }
    )
    return shown.to_markdown(index=False, disable_numparse=True)


def _finds(families: pd.DataFrame) -> Iterator[str]:
    """Say of each method how many families it finds, and which it finds least of."""
    for method, own in families.groupby("method", sort=False):
        recall = (own["found"] / own["pairs"]).set_axis(own["family"])
        n, worst = int((recall >= FINDS).sum()), str(recall.idxmin())
        yield (
            f"`{visible(str(method))}` finds {FINDS:g} or more in {n} of {len(recall)} families, "
            f"least in {visible(worst)} ({recall.min():.2f})."
        )


def _costs(lost: pd.DataFrame) -> Iterator[str]:
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
    told = [
        f"{size} with {listed([f'`{name}` ({means[name]:+.3f})' for name in means.index[those]])}"
        for size, those in sizes
        if those.any()
    ]
    return "; ".join(told)
