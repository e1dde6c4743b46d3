"""What the results of a suite say, in sentences and tables: nothing of it is typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from dupeval.statistics import mean_interval, sign_flip_p_value
from dupeval.stored_run import StoredResultsError, honest_first, open_run
from dupeval.suite import Place, block_scores
from dupeval.suite.claims import STUDYS, claims_table
from dupeval.suite.page import READING, listed, p_value, scores_markdown, sentences_of_tests, signed
from dupeval.suite.sentences import (
    CLAIMS,
    EDITS,
    STRENGTHS,
    THRESHOLDS,
    claims_markdown,
    costs,
    enough,
    finds,
    moved,
    verdicts,
)
from dupeval.suite.tables import read_table
from dupeval.suite.transfer import losses
from dupeval.text import visible

OWN_DEFAULT = "fixed"


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
    def tools(self) -> set[str]:
        """The methods that are somebody else's programs."""
        suite = self.tables["suite.csv"]
        return set(suite.loc[suite["tool"] == 1, "method"])

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
        if tested := sentences_of_tests(self.tables["rank_tests.csv"]):
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
            f"`{visible(str(second))}`, is {difference.mean():.3f}{ends} below it, p {p_value(p)}."
        )

    def _claims(self) -> Iterator[str]:
        per_query = self.tables["per_query.csv"]
        claims = claims_table(per_query, self.protocol, OWN_DEFAULT, self.tools, self.seed)
        if claims.empty:
            return
        yield "## What holds of the study"
        yield CLAIMS
        for claim, rows in claims.groupby("claim", sort=False):
            yield f"**{str(claim)[0].upper()}{str(claim)[1:]}**: {verdicts(rows)}"
        yield claims_markdown(claims)
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
        of_all = self.tables["families.csv"]
        families = of_all[of_all["method"].isin(self.named)]
        if families.empty:
            return
        yield "## Which method for which edits"
        yield EDITS
        for scope, own in families.groupby("scope", sort=False):
            yield f"### Edits of `{visible(str(scope))}`"
            yield self._families_markdown(str(scope), own)
            said = enough(of_all[of_all["scope"] == scope], self.tools)
            yield f"{finds(own)} {said}".strip()
        if "strengths.png" in self.figures:
            yield "### How strong the edit is"
            yield self._figure("strengths.png", "Recall against the strength of edits")
            yield STRENGTHS
            yield moved(self.tables["strengths.csv"], self.named)

    def _families_markdown(self, scope: str, families: pd.DataFrame) -> str:
        """Return recall by family and method, with the precision and recall of all pairs first."""
        recall = families.assign(recall=families["found"] / families["pairs"])
        wide = recall.pivot_table(index="family", columns="method", values="recall", sort=False)
        pairs = families.groupby("family", sort=False)["pairs"].max()
        suite = self.tables["suite.csv"]
        here = suite["dataset"].map(self._scope_of) == scope
        of_scope = suite[here & (suite["protocol"] == self.protocol)]
        own = of_scope.groupby("method", sort=False)[["precision", "recall"]].mean()
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

    def _thresholds(self) -> Iterator[str]:
        lost = losses(self.tables["transfer.csv"], self.places)
        if lost.empty:
            return
        yield "## What a threshold from elsewhere costs"
        yield THRESHOLDS
        yield " ".join(costs(lost))
        yield self._losses_markdown(lost)
        if "transfer.png" in self.figures:
            yield self._figure(
                "transfer.png", "F1 with a threshold chosen on one dataset, on another"
            )

    def _losses_markdown(self, lost: pd.DataFrame) -> str:
        """Return the mean loss by method, and by what the threshold was chosen and scored on."""
        scopes = list(dict.fromkeys(place.scope for place in self.places.values()))
        source = lost["chosen_on"].map(self._scope_of)
        target = lost["scored_on"].map(self._scope_of)
        rows = []
        for method in dict.fromkeys(lost["method"]):
            own = lost["method"] == method
            row = {"loss of F1": visible(str(method))}
            for a in scopes:
                for b in scopes:
                    values = lost.loc[own & (source == a) & (target == b), "loss"]
                    name = f"{visible(a)} to {visible(b)}".replace("standin-", "")
                    if len(values):
                        row[name] = signed(values.mean())
            rows.append(row)
        return pd.DataFrame(rows).fillna("").to_markdown(index=False, disable_numparse=True)

    def _figure(self, name: str, alt: str) -> str:
        return f"![{alt}]({self.figures[name]})"


def findings_of(folder: Path, at: str = "") -> Findings:
    """Return the findings of a suite's stored results.

    Parameters
    ----------
    folder : Path
        What ``experiments/suite.py`` wrote.
    at : str, default ""
        Where the folder is, from where the page will be, with a slash at the end.

    Raises
    ------
    StoredResultsError
        If there are none, or a file is not the one that ``run.json`` describes.
    """
    run = open_run(folder, "suite", ())
    written = sorted(name for name in run.about["outputs"] if name.endswith(".csv"))
    try:
        tables = {name: read_table(run.content(name)) for name in written}
        protocol = honest_first(run.about["parts"][0]["protocols"])[0]
        seed = run.about["seed"]
    except (ValueError, LookupError):
        raise StoredResultsError(f"{folder} does not hold what a suite writes", "suite") from None
    return Findings(
        tables,
        protocol,
        seed,
        {path.name: f"{at}{path.name}" for path in sorted(folder.glob("*.png"))},
    )
