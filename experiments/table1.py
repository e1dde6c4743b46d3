"""Write Table 1: every method under every protocol, beside the study's published figures."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig
from program import evaluate_configuration, run

from dupeval.files import write_whole
from dupeval.rendering import csv_bytes, table1_latex, table1_markdown
from dupeval.tables import per_query_table, plain_table, table1


def main(config: DictConfig) -> int:
    """Evaluate, write all of the table's files at once, print it; return the exit code."""
    evaluated = evaluate_configuration(config)
    dataset, evaluation = evaluated.dataset, evaluated.evaluation
    per_query = per_query_table(evaluation.results)
    table = table1(per_query, config.seed, evaluation.sources)
    markdown = table1_markdown(table, dataset, evaluation.spreads)
    contents = {
        "table1.csv": csv_bytes(table),
        "table1.md": markdown.encode(),
        "table1.tex": table1_latex(table, dataset).encode(),
        "per_query.csv": csv_bytes(per_query),
        "groups.csv": csv_bytes(plain_table(evaluation.groups)),
        "timings.csv": csv_bytes(plain_table(evaluation.timings)),
    }
    if evaluation.spreads:
        contents["spread.csv"] = csv_bytes(plain_table(evaluation.spreads))
    contents["run.json"] = evaluated.run_json(contents)
    write_whole(Path(config.out_dir), contents)
    print(markdown)
    print(f"written to {config.out_dir}: {', '.join(contents)}")
    return evaluated.complain()


if __name__ == "__main__":
    run("table1", main)
