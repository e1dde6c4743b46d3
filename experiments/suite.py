"""Methods over a list of datasets: ranks, thresholds carried over, recall by edit, findings.

.venv/bin/python experiments/suite.py
.venv/bin/python experiments/suite.py 'only=[study_0,news_0]' 'method=[vgg,vgg_pca,verified]'
.venv/bin/python experiments/suite.py '+datasets.mine=[dataset=folder,dataset.root=ROOT]'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from configuration import as_json, build_all, build_methods, build_protocols, checked, open_dataset
from console import NO_SCORES, say
from hydra_app import compose, run
from omegaconf import DictConfig
from program import Evaluated, complain, refuse_missing, resources, run_json
from pydantic import BaseModel, Field, ValidationError
from tqdm import tqdm

from dupeval.dataset import Dataset
from dupeval.edits import found_images
from dupeval.engine.folds import folds_of
from dupeval.errors import NoScoresError, SettingsError
from dupeval.evaluation import Evaluation, evaluate
from dupeval.files import refuse_foreign, write_results
from dupeval.method import Method, Resources
from dupeval.protocol import Protocol
from dupeval.rendering import csv_bytes
from dupeval.statistics import Comparison
from dupeval.strict import STRICT
from dupeval.suite import Place, places_of, stacked
from dupeval.suite.carriers import Carrier, carrier_of
from dupeval.suite.drawing import ranks_figure, strengths_figure, transfer_figure
from dupeval.suite.findings import Findings
from dupeval.suite.page import suite_markdown
from dupeval.suite.ranks import MOST_NAMED, RankTest, rank_tests, ranks_table, table_of_tests
from dupeval.suite.strengths import (
    COPIES_COLUMNS,
    FAMILIES_COLUMNS,
    copies_table,
    families_table,
    strengths_table,
    summed,
)
from dupeval.suite.tables import PER_QUERY_COLUMNS, SUITE_COLUMNS, placed_table, read_table
from dupeval.suite.transfer import TRANSFER_COLUMNS, transfer_table
from dupeval.sweep.grid import faults
from dupeval.tables import per_query_table, table1

FILES = (
    *(
        "suite.csv",
        "suite.md",
        "findings.md",
        "per_query.csv",
        "ranks.csv",
        "rank_tests.csv",
        "transfer.csv",
    ),
    *("families.csv", "strengths.csv", "ranks.png", "transfer.png", "strengths.png", "run.json"),
)
Overrides = Annotated[tuple[str, ...], Field(min_length=1)]


class SuiteSettings(BaseModel):
    """The settings that only this program has."""

    model_config = STRICT

    datasets: Annotated[Mapping[str, Overrides], Field(min_length=1)]
    only: Annotated[tuple[str, ...], Field(min_length=1)] | None
    named: Annotated[tuple[str, ...], Field(max_length=MOST_NAMED)]

    @property
    def chosen(self) -> Mapping[str, Overrides]:
        """The datasets of this run.

        Raises
        ------
        SettingsError
            If one is asked for that is not listed.
        """
        names = self.only or tuple(self.datasets)
        if unknown := [name for name in names if name not in self.datasets]:
            raise SettingsError(
                f"only: no dataset {', '.join(unknown)}; possible: {', '.join(self.datasets)}"
            )
        return {name: self.datasets[name] for name in names}


@dataclass(frozen=True, eq=False)
class OnDataset:
    """What came of the methods on one dataset."""

    evaluated: Evaluated
    place: Place

    def tables(self, protocol: str) -> dict[str, pd.DataFrame]:
        """Return its rows of the suite's tables, by the names of the files."""
        evaluation = self.evaluated.evaluation
        per_query = per_query_table(evaluation.results)
        # No method is the reference here: what is tested is tested over datasets.
        nobody = Comparison("", {}, 0)
        table = table1(per_query, nobody, self.place.dataset, evaluation.sources)
        tools = [name for name, method in self.evaluated.methods.items() if method.external]
        table["tool"] = table["method"].isin(tools).astype(int)
        copies, families = self._of_edits(protocol)
        return {
            "suite.csv": placed_table(table, self.place, SUITE_COLUMNS),
            "per_query.csv": placed_table(
                per_query.dropna(subset="f1"), self.place, PER_QUERY_COLUMNS
            ),
            "families.csv": families,
            "strengths.csv": copies,
        }

    def _of_edits(self, protocol: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        groups: dict[tuple[str, str], list[int]] = {}
        for one in self.evaluated.evaluation.groups:
            if one.protocol == protocol:
                groups.setdefault((one.method, one.query), []).append(one.group)
        queries = self.evaluated.dataset.queries
        copies, families = [], []
        for method in dict.fromkeys(name for name, _ in groups):
            images = list(
                chain.from_iterable(found_images(x, groups[method, x.slug]) for x in queries)
            )
            copies.append(copies_table(self.place, method, images))
            families.append(families_table(self.place, method, images))
        return stacked(copies, COPIES_COLUMNS), stacked(families, FAMILIES_COLUMNS)

    def carriers(self, method: str) -> list[Carrier]:
        """Return a method's carrier; none where it has no scores."""
        of = self.evaluated
        folds = folds_of(of.dataset, of.config.folds, of.config.seed)
        try:
            return [carrier_of(method, of.methods[method], of.dataset, folds, _quiet(of.config))]
        except NoScoresError:  # `complain` says so of its row.
            return []


def main(config: DictConfig) -> int:
    """Run the methods on every dataset, write what comes of it; return the exit code."""
    refuse_foreign(Path(config.out_dir), FILES)
    settings = _settings(config)
    parts = evaluate_all(configurations(config, settings), config.progress)
    protocol = _protocol(parts[0].evaluated.protocols)
    status = complain([part.evaluated for part in parts])
    if status == NO_SCORES and not any(part.evaluated.evaluation.results for part in parts):
        return status
    tables = tables_of(parts, protocol)
    scored = set(tables["ranks.csv"]["method"])
    named = [name for name in settings.named if name in scored]
    tests = rank_tests(tables["per_query.csv"], protocol, named)
    tables["rank_tests.csv"] = table_of_tests(tests)
    tables["transfer.csv"] = carried(parts, named, config.progress)
    contents = {name: csv_bytes(table) for name, table in tables.items()}
    figures = _figures(tables, tests, named)
    # From the files, as whoever has nothing else makes it.
    read = {name: read_table(content) for name, content in contents.items()}
    markdown = suite_markdown(read, protocol)
    findings = Findings(read, protocol, config.seed, {name: name for name in figures})
    contents |= {"suite.md": markdown.encode(), "findings.md": findings.markdown().encode()}
    contents |= figures
    contents["run.json"] = run_json([part.evaluated.described for part in parts], contents)
    write_results(Path(config.out_dir), contents)
    say(f"{markdown}\nwritten to {config.out_dir}: {', '.join(contents)}")
    return status


def _settings(config: DictConfig) -> SuiteSettings:
    values = as_json(config)
    try:
        return SuiteSettings(**{name: values[name] for name in SuiteSettings.model_fields})
    except ValidationError as error:
        raise SettingsError(faults(error)) from None


def configurations(config: DictConfig, settings: SuiteSettings) -> list[DictConfig]:
    """Return the configuration of each dataset: what was asked for overrides what chooses it."""
    composed = []
    for name, own in settings.chosen.items():
        try:
            composed.append(checked(compose("suite", [*own, *config.overrides])))
        except SettingsError as error:
            raise SettingsError(f"datasets.{name}: {error}") from None
    return composed


def evaluate_all(configs: Sequence[DictConfig], progress: bool) -> list[OnDataset]:
    """Run all methods on every dataset; what is stored is not done again.

    Raises
    ------
    SettingsError
        Before any work, if something cannot be run as it is configured.
    """
    methods = [build_methods(config) for config in configs]
    for config, of_config in zip(configs, methods, strict=True):
        refuse_missing(config, of_config)
    datasets = [open_dataset(config) for config in configs]
    names = [dataset.name for dataset in datasets]
    places = places_of(names, [as_json(config.dataset) for config in configs])
    total = sum(map(len, methods))
    with tqdm(total=total, unit="row", disable=not progress) as bar:
        return [
            OnDataset(_evaluated(config, dataset, own, bar), place)
            for config, dataset, own, place in zip(configs, datasets, methods, places, strict=True)
        ]


def _evaluated(
    config: DictConfig, dataset: Dataset, methods: Mapping[str, Method], bar: tqdm[Any]
) -> Evaluated:
    protocols = build_protocols(config)
    metrics = list(build_all(config, "metrics").values())
    folds = folds_of(dataset, config.folds, config.seed)
    made = []
    for names in _together(methods, protocols):
        bar.set_description(f"{dataset.name}, {', '.join(names)}")
        own = {name: methods[name] for name in names}
        made.append(evaluate(own, protocols, dataset, _quiet(config), metrics, folds))
        bar.update(len(names))
    return Evaluated(config, dataset, methods, protocols, _joined(made))


def _quiet(config: DictConfig) -> Resources:
    """Return what methods may use; there is one bar for all of them."""
    return replace(resources(config), progress=False)


def _together(
    methods: Mapping[str, Method], protocols: Mapping[str, Protocol]
) -> Iterator[list[str]]:
    """Yield the methods one by one, or all at once where a protocol looks at others."""
    looked_at = (protocol.looks_at(name) for name in methods for protocol in protocols.values())
    if all(others is not None and len(others) == 1 for others in looked_at):
        yield from ([name] for name in methods)
    else:
        yield list(methods)


def _joined(evaluations: Sequence[Evaluation]) -> Evaluation:
    """Return what several methods gave on one dataset as one evaluation."""
    return Evaluation(
        results=tuple(chain.from_iterable(x.results for x in evaluations)),
        groups=tuple(chain.from_iterable(x.groups for x in evaluations)),
        timings=tuple(chain.from_iterable(x.timings for x in evaluations)),
        absences=tuple(chain.from_iterable(x.absences for x in evaluations)),
        sources={row: source for x in evaluations for row, source in x.sources.items()},
        spreads=tuple(chain.from_iterable(x.spreads for x in evaluations)),
        notes=tuple(dict.fromkeys(chain.from_iterable(x.notes for x in evaluations))),
    )


def _protocol(protocols: Mapping[str, Protocol]) -> str:
    """Return the protocol that ranks are made of: the first honest one."""
    honest = [name for name, protocol in protocols.items() if protocol.honest]
    if not honest:
        raise SettingsError(
            f"protocol={', '.join(protocols)}: none of them is held out, and ranks would be of "
            "hindsight; possible: protocol=nested"
        )
    return honest[0]


def tables_of(parts: Sequence[OnDataset], protocol: str) -> dict[str, pd.DataFrame]:
    """Return the tables that need nothing but what was evaluated, by the names of their files."""
    of_parts = [part.tables(protocol) for part in parts]
    tables = {
        name: stacked([tables[name] for tables in of_parts], list(table.columns))
        for name, table in of_parts[0].items()
    }
    return {
        **tables,
        "families.csv": summed(tables["families.csv"]),
        "strengths.csv": strengths_table(tables["strengths.csv"]),
        "ranks.csv": ranks_table(tables["suite.csv"], protocol),
    }


def carried(parts: Sequence[OnDataset], named: Sequence[str], progress: bool) -> pd.DataFrame:
    """Return what each method reaches on each dataset with a threshold from each other."""
    made = []
    with tqdm(total=len(named) * len(parts), unit="row", disable=not progress) as bar:
        for name in named:
            carriers = []
            for part in parts:
                bar.set_description(f"thresholds of {name} on {part.place.dataset}")
                carriers += [(part.place, carrier) for carrier in part.carriers(name)]
                bar.update()
            made.append(transfer_table(name, carriers))
    return stacked(made, TRANSFER_COLUMNS)


def _figures(
    tables: Mapping[str, pd.DataFrame], tests: Mapping[str, RankTest], named: Sequence[str]
) -> dict[str, bytes]:
    """Draw what there is to draw: not every dataset says how its copies were edited."""
    figures = {}
    if tests:
        figures["ranks.png"] = ranks_figure(tests)
    if not tables["transfer.csv"].empty:
        figures["transfer.png"] = transfer_figure(tables["transfer.csv"])
    if drawn := strengths_figure(tables["strengths.csv"], named):
        figures["strengths.png"] = drawn
    return figures


if __name__ == "__main__":
    run("suite", main, __doc__)
