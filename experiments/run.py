"""Run a method, query by query: the groups it finds and how good they are."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig
from program import evaluate_configuration, run, run_json

from dupeval.files import write_whole
from dupeval.rendering import csv_bytes, per_query_markdown
from dupeval.tables import per_query_table, plain_table


def main(config: DictConfig) -> None:
    """Evaluate, write the groups and the scores, and print the scores."""
    dataset, methods, evaluation = evaluate_configuration(config)
    per_query = per_query_table(evaluation.results)
    contents = {
        "per_query.csv": csv_bytes(per_query),
        "groups.csv": csv_bytes(plain_table(evaluation.groups)),
        "timings.csv": csv_bytes(plain_table(evaluation.timings)),
    }
    contents["run.json"] = run_json(config, dataset, methods, contents)
    write_whole(Path(config.out_dir), contents)
    print(per_query_markdown(per_query, dataset))
    print(f"written to {config.out_dir}: {', '.join(contents)}")


if __name__ == "__main__":
    run("run", main)
