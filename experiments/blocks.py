"""What the README and the docs show of committed results: between two marks, a block each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
from goals import goals_markdown

from dupeval.dataset.making.levels import making_of
from dupeval.dataset.standin.manifest import manifest_csv
from dupeval.edits import FoundImage, pairs_by_family
from dupeval.suite.findings import findings_of
from dupeval.tables import SCORES
from dupeval.verdict import Standing, stand

STUDY, NEWS = "standin-study-0", "standin-news-0"


def _table1_part(protocol: str) -> Callable[[Path], str]:
    """Return what gives one protocol's part of Table 1 on the default dataset, and the note."""

    def block(results: Path) -> str:
        text = (results / "table1" / "table1.md").read_text(encoding="utf-8")
        parts, _, note = text.strip().rpartition("\n\n")
        of_news = next(part for part in f"\n{parts}".split("\n## ") if f" on {NEWS}: " in part)
        heading, *tables = of_news.split("\n### ")
        table = next(part for part in tables if part.partition("\n")[0].endswith(f"({protocol})"))
        return "\n\n".join((heading.strip(), f"### {table.strip()}", note))

    return block


def _table1(results: Path) -> str:
    """Return what the default dataset's honest table says, and its rows but the lesser tools'."""
    about = json.loads((results / "table1" / "run.json").read_text(encoding="utf-8"))["parts"][-1]
    table, per_query = (
        pd.read_csv(results / "table1" / name).query("dataset == @NEWS and protocol == 'nested'")
        for name in ("table1.csv", "per_query.csv")
    )
    table = table.dropna(subset="f1").sort_values("f1", ascending=False, kind="stable")
    standing = stand(per_query, "nested")
    blocks: dict[str, list[str]] = about["configuration"]["blocks"]
    tools = table[table["method"].isin(blocks["installed tools"])]
    lesser = tools[2:]
    rows: list[dict[str, str]] = []
    for block, methods in blocks.items():
        own = table[table["method"].isin(methods) & ~table["method"].isin(lesser["method"])]
        for i, (_, row) in enumerate(own.iterrows()):
            rows.append({"": "" if i else block, **_cells(row, standing)})
    least, most = lesser["f1"].min(), lesser["f1"].max()
    more = (
        f"{len(lesser)} more tools have F1 from {least:.3f} to {most:.3f}. Bold: the best; ~: not "
        "clearly worse."
    )
    shown = pd.DataFrame(rows)
    # The study's figures are of images of its own: not every dataset has them beside its rows.
    shown = shown.loc[:, (shown != "").any()]
    text = shown.to_markdown(index=False, disable_numparse=True)
    said = "\n".join(f"- {sentence}" for sentence in about["verdict"])
    return "\n\n".join((said, text, more))


def _cells(row: pd.Series, standing: Standing | None) -> dict[str, str]:
    name, f1 = str(row["method"]), f"{row['f1']:.3f}"
    if standing and name == standing.best:
        name, f1 = f"**{name}**", f"**{f1}**"
    elif standing and name in standing.near:
        name += " ~"
    low, high = row["f1_ci_low"], row["f1_ci_high"]
    return {
        "method": name,
        **{"P": f"{row['precision']:.3f}", "R": f"{row['recall']:.3f}", "F1": f1},
        "95 % interval of F1": "all equal" if pd.isna(low) else f"[{low:.3f}, {high:.3f}]",
        "published F1": "" if pd.isna(row["f1_published"]) else f"{row['f1_published']:.3f}",
    }


def _study(results: Path) -> str:
    """Return the study's figures beside those with one threshold, and with one for each method."""
    table = pd.read_csv(results / "table1" / "table1.csv")
    table = table[table["dataset"] == STUDY].set_index(["protocol", "method"])
    rows = []
    for method in table.loc["shared"].index:
        shared, own = table.loc["shared", method], table.loc["loqo", method]
        columns = [f"{score}_published" for score in SCORES]
        rows.append(
            {
                "P / R / F1": method,
                "the study": _triple(shared, columns),
                "one threshold for all, as it reads": _triple(shared, SCORES),
                "each its own, from other queries": _triple(own, SCORES),
            }
        )
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


def _triple(row: pd.Series, columns: Sequence[str]) -> str:
    return " / ".join(f"{row[name]:.3f}" for name in columns)


def _today(results: Path) -> str:
    """Return the F1 of today's methods on each dataset, with precision and recall."""
    table = pd.read_csv(results / "today" / "table1.csv").dropna(subset="protocol")
    of = {(x["method"], x["protocol"], x["dataset"]): x for _, x in table.iterrows()}
    rows = []
    for dataset in table["dataset"].unique():
        row = {"dataset": dataset}
        for protocol in ("nested", "fixed"):
            scores = of["verified", protocol, dataset]
            row[f"verified, {protocol}: P / R / F1"] = _triple(scores, SCORES)
        for method in ("sscd", "sift"):
            row[f"{method}, nested: F1"] = _triple(of[method, "nested", dataset], ["f1"])
        rows.append(row)
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


def _edits_of_wild(results: Path) -> str:
    """Return, of each kind of hard edit, how many pairs with the unedited image are found."""
    groups = pd.read_csv(results / "today" / "groups.csv").query("protocol == 'fixed'")
    rows: dict[str, dict[str, str]] = {}
    for method, own in groups.groupby("method", sort=False):
        images: list[FoundImage] = []
        for dataset, of in own.groupby("dataset"):
            level, draw = str(dataset).split("-")[1:]
            path = manifest_csv(making_of(level, int(draw), "standin"))
            if level != "wild" or not path.exists():
                continue
            manifest = pd.read_csv(path, keep_default_na=False)
            known = of.merge(manifest, on=["query", "image", "photograph"])
            places = zip(known["dataset"], known["query"], known["photograph"], strict=True)
            images += map(FoundImage, places, known["edit"], known["group"])
        for family, pairs in pairs_by_family(images).items():
            if family != "jpeg":  # It comes after half of the others.
                rows.setdefault(family, {})[str(method)] = f"{pairs.found} of {pairs.pairs}"
    table = pd.DataFrame(rows).T.reset_index(names="edit")
    return table.to_markdown(index=False, disable_numparse=True)


def _ablation(results: Path) -> str:
    """Return the F1 of `verified` without each of its parts."""
    table = pd.read_csv(results / "ablation" / "table1.csv").dropna(subset="protocol")
    table["without"] = table["method"].str.removeprefix("verified").str.removeprefix("_without_")
    table["column"] = table["dataset"].str.removeprefix("standin-") + ", " + table["protocol"]
    wide = table.pivot_table(index="without", columns="column", values="f1", sort=False)
    wide = wide.map("{:.3f}".format).rename(index={"": "(nothing)"})
    return wide.reset_index().to_markdown(index=False, disable_numparse=True)


def _findings(results: Path) -> str:
    """Return the page of findings, made anew from the suite's tables."""
    return findings_of(results / "suite", "../results/reference/suite/").markdown()


def _explain(results: Path) -> str:
    return (results / "explain" / "explanation.txt").read_text(encoding="utf-8")


def _settings(results: Path) -> str:
    """Return what the configured settings reach where others were confirmed, and those others."""
    table = pd.read_csv(results / "defaults" / "defaults.csv")
    f1 = table.pivot_table(index="method", columns="which", values="confirmed_on", sort=False)
    told = [
        f"{method} {own['configured']:.3f} and {own['best']:.3f}"
        for method, own in f1.dropna().iterrows()
    ]
    return (
        "Mean F1 on four datasets with the configured settings, and with those that were best on "
        f"six others: {', '.join(told)}."
    )


def _page_of(part: str) -> Callable[[Path], str]:
    """Return what gives the page that a part wrote itself."""
    return lambda results: (results / part / f"{part}.md").read_text(encoding="utf-8")


BLOCKS: Mapping[str, Callable[[Path], str]] = {
    "study": _study,
    "table1": _table1,
    "table1_fixed": _table1_part("fixed"),
    "today": _today,
    "edits_of_wild": _edits_of_wild,
    "ablation": _ablation,
    "findings": _findings,
    "explain": _explain,
    "settings": _settings,
    "goals": goals_markdown,
    **{
        part: _page_of(part)
        for part in (
            *("gates", "defaults", "readings", "intervals", "calibration", "deployment"),
            *("backends", "labelling", "queries", "growth", "faults", "benchmarks"),
        )
    },
}
_MARKED = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- /\2 -->)", re.DOTALL)


def filled(text: str, results: Path) -> str:
    """Return a page's text with every block between ``<!-- NAME -->`` as the results have it."""
    return _MARKED.sub(
        lambda found: f"{found[1]}{BLOCKS[found[2]](results).strip()}\n{found[3]}", text
    )
