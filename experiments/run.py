"""Run a method, query by query: the groups it finds and how good they are."""

from __future__ import annotations

from pathlib import Path

from console import say
from hydra_app import run
from omegaconf import DictConfig
from program import evaluate_configuration

from dupeval.evaluation import Group
from dupeval.files import refuse_foreign, write_results
from dupeval.rendering import csv_bytes, per_query_markdown
from dupeval.tables import per_query_table, plain_table
from dupeval.timing import Timing

FILES = ("per_query.csv", "groups.csv", "timings.csv", "run.json")


def main(config: DictConfig) -> int:
    """Evaluate, write the groups and the scores, print the scores; return the exit code."""
    refuse_foreign(Path(config.out_dir), FILES)
    evaluated = evaluate_configuration(config)
    evaluation = evaluated.evaluation
    text = ""
    if evaluation.results:
        per_query = per_query_table(evaluation.results)
        contents = {
            "per_query.csv": csv_bytes(per_query),
            "groups.csv": csv_bytes(plain_table(Group, evaluation.groups)),
            "timings.csv": csv_bytes(plain_table(Timing, evaluation.timings)),
        }
        contents["run.json"] = evaluated.run_json(contents)
        write_results(Path(config.out_dir), contents)
        text = per_query_markdown(per_query, evaluated.dataset)
        text += f"\nwritten to {config.out_dir}: {', '.join(contents)}\n"
    status = evaluated.complain()
    say(text, end="")
    return status


if __name__ == "__main__":
    run("run", main)
