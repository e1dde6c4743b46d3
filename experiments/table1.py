"""Write Table 1: every method under every protocol, beside the study's published figures."""

from __future__ import annotations

from pathlib import Path

from configuration import as_json, build_protocols
from console import say
from hydra_app import run
from omegaconf import DictConfig
from program import evaluate_configuration

from dupeval.comparison import compare_with_reference
from dupeval.dataset import Dataset
from dupeval.evaluation import Group, Spread
from dupeval.files import refuse_foreign, write_results
from dupeval.rendering import csv_bytes, table1_latex, table1_markdown
from dupeval.report import FILE_NAME as REPORT
from dupeval.report import write_report
from dupeval.statistics import Comparison
from dupeval.tables import comparisons_table, metrics_table, per_query_table, plain_table, table1
from dupeval.timing import Timing

FILES = (
    *("table1.csv", "table1.md", "table1.tex", "comparisons.csv", "metrics.csv"),
    *("per_query.csv", "groups.csv", "timings.csv", "spread.csv", "run.json"),
)


def main(config: DictConfig) -> int:
    """Evaluate, write all of the table's files at once, print it; return the exit code."""
    refuse_foreign(Path(config.out_dir), FILES)
    if config.report_dir is not None:
        refuse_foreign(Path(config.report_dir), [REPORT])
    comparison = _comparison(config)
    evaluated = evaluate_configuration(config)
    dataset, evaluation = evaluated.dataset, evaluated.evaluation
    per_query = per_query_table(evaluation.results)
    table = table1(per_query, comparison, dataset.name, evaluation.sources)
    comparisons = comparisons_table(per_query, comparison)
    headings = {name: protocol.title for name, protocol in evaluated.protocols.items()}
    markdown = table1_markdown(
        table, comparisons, dataset, headings, evaluation.spreads, evaluation.notes
    )
    contents = {
        "table1.csv": csv_bytes(table),
        "table1.md": markdown.encode(),
        "table1.tex": table1_latex(table, dataset, headings).encode(),
        "comparisons.csv": csv_bytes(comparisons),
        "metrics.csv": csv_bytes(metrics_table(evaluation.results, evaluation.pooled)),
        "per_query.csv": csv_bytes(per_query),
        "groups.csv": csv_bytes(plain_table(Group, evaluation.groups)),
        "timings.csv": csv_bytes(plain_table(Timing, evaluation.timings)),
    }
    if evaluation.spreads:
        contents["spread.csv"] = csv_bytes(plain_table(Spread, evaluation.spreads))
    contents["run.json"] = evaluated.run_json(contents)
    write_results(Path(config.out_dir), contents)
    written = f"written to {config.out_dir}: {', '.join(contents)}"
    if config.report_dir is not None and evaluation.results:
        written += f"; and {_write_report(config, dataset)}"
    status = evaluated.complain()
    compared = compare_with_reference(table, dataset)
    say("\n".join(filter(None, (markdown, written, compared))))
    return status


def _comparison(config: DictConfig) -> Comparison:
    honest = [name for name, protocol in build_protocols(config).items() if protocol.honest]
    blocks = as_json(config)["blocks"]
    comparison = Comparison(config.reference, blocks, config.seed, next(iter(honest), None))
    comparison.check(config.methods)
    return comparison


def _write_report(config: DictConfig, dataset: Dataset) -> Path:
    return write_report(
        dataset,
        table1_dir=Path(config.out_dir),
        figures_dir=Path(config.figures_dir),
        out_dir=Path(config.report_dir),
        cache_dir=Path(config.cache_dir),
        progress=config.progress,
    )


if __name__ == "__main__":
    run("table1", main)
