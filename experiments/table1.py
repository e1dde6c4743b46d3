"""Write Table 1: every method under every protocol, beside the study's published figures."""

from __future__ import annotations

from pathlib import Path

from job import readers_may_leave
from omegaconf import DictConfig
from program import evaluate_configuration, run

from dupeval.dataset import Dataset
from dupeval.evaluation import Group, Spread
from dupeval.files import write_whole
from dupeval.rendering import csv_bytes, table1_latex, table1_markdown
from dupeval.report import write_report
from dupeval.tables import per_query_table, plain_table, table1
from dupeval.timing import Timing


def main(config: DictConfig) -> int:
    """Evaluate, write all of the table's files at once, print it; return the exit code."""
    evaluated = evaluate_configuration(config)
    dataset, evaluation = evaluated.dataset, evaluated.evaluation
    per_query = per_query_table(evaluation.results)
    table = table1(per_query, config.seed, evaluation.sources)
    markdown = table1_markdown(table, dataset, evaluation.spreads, evaluation.notes)
    contents = {
        "table1.csv": csv_bytes(table),
        "table1.md": markdown.encode(),
        "table1.tex": table1_latex(table, dataset).encode(),
        "per_query.csv": csv_bytes(per_query),
        "groups.csv": csv_bytes(plain_table(Group, evaluation.groups)),
        "timings.csv": csv_bytes(plain_table(Timing, evaluation.timings)),
    }
    if evaluation.spreads:
        contents["spread.csv"] = csv_bytes(plain_table(Spread, evaluation.spreads))
    contents["run.json"] = evaluated.run_json(contents)
    write_whole(Path(config.out_dir), contents)
    written = f"written to {config.out_dir}: {', '.join(contents)}"
    if config.report_dir is not None and evaluation.results:
        written += f"; and {_write_report(config, dataset)}"
    # The exit code does not depend on whether somebody reads all that is printed.
    status = evaluated.complain()
    with readers_may_leave():
        print(f"{markdown}\n{written}")
    return status


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
