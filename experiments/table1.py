"""Write Table 1: every method under every protocol, beside the study's published figures.

Prints which method is best, what it costs and with which threshold to use it, and the rows that
matter; all rows go to files.

Examples
--------
python experiments/table1.py
python experiments/table1.py 'method=[raw,vgg,verified]' 'protocol=[nested,oracle]'
python experiments/table1.py dataset=folder dataset.root=ROOT out_dir=results/mine
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from configuration import as_json, build_protocols, checked, open_dataset
from console import look, say
from hydra_app import compose, run
from omegaconf import DictConfig
from program import Evaluated, complain, evaluate_configuration, run_json

from dupeval.comparison import compare_with_reference
from dupeval.cost import cost_of
from dupeval.dataset.standin import read_standin
from dupeval.errors import SettingsError
from dupeval.evaluation import Spread
from dupeval.files import canonical_json, refuse_foreign, write_results
from dupeval.latex import table1_latex
from dupeval.protocol.oracle import Oracle
from dupeval.rendering import TablePart, csv_bytes, table1_markdown
from dupeval.reproduction import reading_sentence
from dupeval.results import schema as results
from dupeval.results.schema import FILE_NAME as RESULTS
from dupeval.scored import Group
from dupeval.statistics import Comparison
from dupeval.summary import summary
from dupeval.tables import (
    comparisons_table,
    metrics_table,
    of_dataset,
    per_query_table,
    plain_table,
    table1,
)
from dupeval.timing import Timing
from dupeval.verdict import Verdict, judge, stand

FILES = (
    *("table1.csv", "table1.md", "table1.tex", "comparisons.csv", "metrics.csv"),
    *("per_query.csv", "groups.csv", "timings.csv", "spread.csv", RESULTS, "run.json"),
)
# Of the study's figures.
PUBLISHED = ("auto", "show", "hide")
# Whoever chooses one of these asks for one table, not for all parts.
CHOICES = ("dataset", "experiment", "method", "protocol")


def main(config: DictConfig) -> int:
    """Evaluate, write all of the table's files at once, print it; return the exit code."""
    refuse_foreign(Path(config.out_dir), FILES)
    if config.report_dir is not None:
        # Half a second that most runs do without.
        from dupeval.report import FILE_NAME as REPORT  # noqa: PLC0415

        refuse_foreign(Path(config.report_dir), [REPORT])
    parts = evaluate_parts(configurations(config))
    contents = contents_of(parts)
    contents[RESULTS] = results.summary_bytes([part.for_programs for part in parts], config.seed)
    contents["run.json"] = run_json([part.described for part in parts], contents)
    write_results(Path(config.out_dir), contents)
    # Of several datasets the last one is the report's.
    last = parts[-1].evaluated
    report = []
    if config.report_dir is not None and last.evaluation.results:
        report = [f"report: {_write_report(config, last)}"]
    status = complain([part.evaluated for part in parts])
    table = pd.concat([part.table for part in parts])
    compared = compare_with_reference(table, json.loads(contents["run.json"]))
    n_rows = int(table["source"].ne("published").sum())
    written = f"all {n_rows} rows: {Path(config.out_dir, 'table1.md')}"
    below = "; ".join([written, *report])
    shown = [part.for_reading for part in parts]
    say(summary(shown, [*filter(None, [compared]), below], look()))
    return status


def configurations(config: DictConfig) -> list[DictConfig]:
    """Return the configuration of each part of the table; one where something else was chosen."""
    chosen = {text.lstrip("+~").partition("=")[0].partition(".")[0] for text in config.overrides}
    if not config.parts or {name.removesuffix("s") for name in chosen} & set(CHOICES):
        return [config]
    return [
        checked(compose("table1", [*own, *config.overrides])) if own else config
        for own in config.parts
    ]


@dataclass(frozen=True, eq=False)
class Part:
    """One part of the table: what was evaluated, and the tables made of it."""

    evaluated: Evaluated
    comparison: Comparison

    @cached_property
    def per_query(self) -> pd.DataFrame:
        """See `dupeval.tables.per_query_table`."""
        return per_query_table(self.evaluated.evaluation.results)

    @cached_property
    def table(self) -> pd.DataFrame:
        """See `dupeval.tables.table1`."""
        name, evaluation = self.evaluated.dataset.name, self.evaluated.evaluation
        published = shows_study(self.evaluated.config)
        return table1(self.per_query, self.comparison, name, evaluation.sources, published)

    @cached_property
    def comparisons(self) -> pd.DataFrame:
        """See `dupeval.tables.comparisons_table`."""
        return comparisons_table(self.per_query, self.comparison)

    @cached_property
    def verdict(self) -> Verdict | None:
        """See `dupeval.verdict`; by the first protocol, if it is an honest one."""
        protocols = self.evaluated.protocols
        first, *others = protocols
        if not protocols[first].honest:
            return None
        return judge(
            self.per_query,
            first,
            self.comparison.reference,
            self.comparison.seed,
            tools=[name for name, method in self.evaluated.methods.items() if method.external],
            others=[name for name in others if protocols[name].honest],
            hindsight=[name for name, one in protocols.items() if isinstance(one, Oracle)],
        )

    @property
    def described(self) -> dict[str, Any]:
        """What ``run.json`` says of it."""
        return {**self.evaluated.described, "verdict": self.for_reading.verdict_with_cost}

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """All tables, by the names of their files."""
        evaluation = self.evaluated.evaluation
        others = {
            "comparisons.csv": self.comparisons,
            "metrics.csv": metrics_table(evaluation.results, evaluation.pooled),
            "per_query.csv": self.per_query,
            "groups.csv": plain_table(Group, evaluation.groups),
            "timings.csv": plain_table(Timing, evaluation.timings),
            "spread.csv": plain_table(Spread, evaluation.spreads),
        }
        name = self.evaluated.dataset.name
        named = {file: of_dataset(table, name) for file, table in others.items()}
        return {"table1.csv": self.table, **named}

    @property
    def for_programs(self) -> results.Part:
        """What ``results.json`` has of it."""
        return results.part_of(self.evaluated.described, self.table, self.per_query, self.verdict)

    @cached_property
    def for_reading(self) -> TablePart:
        """What is printed of it."""
        of, protocols = self.evaluated, self.evaluated.protocols
        said = {
            name: reading_sentence(
                self.table[self.table["protocol"] == name],
                self.per_query[self.per_query["protocol"] == name],
                protocol.threshold_of,
            )
            for name, protocol in protocols.items()
            if protocol.threshold_of and name in set(self.per_query["protocol"])
        }
        stands = {name: stand(self.per_query, name) for name, x in protocols.items() if x.honest}
        timings, n_images = of.evaluation.timings, len(of.dataset.images)
        costs = {name: cost_of(timings, name, protocols, n_images) for name in of.methods}
        return TablePart(
            of.config.get("title", "Table 1"),
            of.dataset,
            self.table,
            self.comparisons,
            {name: protocol.title for name, protocol in protocols.items()},
            said,
            of.evaluation.spreads,
            of.evaluation.notes,
            self.verdict.sentences if self.verdict else (),
            self.comparison.blocks,
            {name: standing for name, standing in stands.items() if standing},
            {name: cost for name, cost in costs.items() if cost},
            [answer.other for answer in self.verdict.answers] if self.verdict else (),
        )


def shows_study(config: DictConfig) -> bool:
    """Say whether the study's figures stand beside a table's rows.

    Unless somebody asks they do where the images are as the study's: the stand-in's level `study`.

    Raises
    ------
    SettingsError
        If ``published`` is none of what is possible.
    """
    if config.published not in PUBLISHED:
        raise SettingsError(
            f"published={config.published} is not possible; possible: {', '.join(PUBLISHED)}"
        )
    if config.published != "auto":
        return bool(config.published == "show")
    made: str = config.dataset["_target_"]
    of_standin = made == f"{read_standin.__module__}.{read_standin.__qualname__}"
    return of_standin and config.dataset.level == "study"


def evaluate_parts(configs: Sequence[DictConfig]) -> list[Part]:
    """Evaluate each configuration; a dataset that several have is read once.

    Raises
    ------
    SettingsError
        Before any work, if two have a dataset and a protocol in common.
    """
    for config in configs:
        shows_study(config)
    comparisons = [_comparison(config) for config in configs]
    places = [canonical_json(as_json(config.dataset)) for config in configs]
    datasets = {
        place: open_dataset(config)
        for place, config in dict(zip(places, configs, strict=True)).items()
    }
    rows = Counter(
        f"{protocol} on {datasets[place].name}"
        for place, config in zip(places, configs, strict=True)
        for protocol in config.protocols
    )
    if twice := [row for row, n in rows.items() if n > 1]:
        raise SettingsError(f"parts: several have {', '.join(twice)}; possible: each once")
    return [
        Part(evaluate_configuration(config, datasets[place]), comparison)
        for config, place, comparison in zip(configs, places, comparisons, strict=True)
    ]


def contents_of(parts: Sequence[Part]) -> dict[str, bytes]:
    """Return the files of a table, but for run.json."""
    of_parts = [part.tables for part in parts]
    tables = {name: pd.concat([tables[name] for tables in of_parts]) for name in of_parts[0]}
    if tables["spread.csv"].empty:
        del tables["spread.csv"]
    contents = {name: csv_bytes(table) for name, table in tables.items()}
    shown = [part.for_reading for part in parts]
    written = {
        "table1.md": table1_markdown(shown).encode(),
        "table1.tex": table1_latex(shown).encode(),
    }
    return {"table1.csv": contents.pop("table1.csv"), **written, **contents}


def _comparison(config: DictConfig) -> Comparison:
    honest = [name for name, protocol in build_protocols(config).items() if protocol.honest]
    blocks: dict[str, Any] = as_json(config.blocks)
    comparison = Comparison(config.reference, blocks, config.seed, next(iter(honest), None))
    comparison.check(config.methods)
    return comparison


def _write_report(config: DictConfig, last: Evaluated) -> Path:
    from dupeval.report import write_report  # noqa: PLC0415

    return write_report(
        last.dataset,
        table1_dir=Path(config.out_dir),
        figures_dir=Path(config.figures_dir),
        out_dir=Path(config.report_dir),
        cache_dir=Path(config.cache_dir),
        progress=config.progress,
        methods=last.methods,
        suite_dir=None if config.suite_dir is None else Path(str(config.suite_dir)),
    )


if __name__ == "__main__":
    run("table1", main, __doc__)
