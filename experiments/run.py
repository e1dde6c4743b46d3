"""Run methods, query by query: the groups they find and how good they are.

Examples
--------
python experiments/run.py method=vgg_pca
python experiments/run.py 'method=[raw,verified]' protocol=fixed
python experiments/run.py dataset=folder dataset.root=ROOT method=sscd out_dir=results/mine
"""

from __future__ import annotations

from pathlib import Path

from console import say
from hydra_app import run
from omegaconf import DictConfig
from program import complain, evaluate_configuration, run_json

from dupeval.files import refuse_foreign, write_results
from dupeval.rendering import csv_bytes, per_query_markdown
from dupeval.scored import Group
from dupeval.tables import of_dataset, per_query_table, plain_table
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
            name: csv_bytes(of_dataset(table, evaluated.dataset.name))
            for name, table in {
                "per_query.csv": per_query,
                "groups.csv": plain_table(Group, evaluation.groups),
                "timings.csv": plain_table(Timing, evaluation.timings),
            }.items()
        }
        contents["run.json"] = run_json([evaluated.described], contents)
        write_results(Path(config.out_dir), contents)
        text = per_query_markdown(per_query, evaluated.dataset)
        text += f"\nwritten to {config.out_dir}: {', '.join(contents)}\n"
    status = complain([evaluated])
    say(text, end="")
    return status


if __name__ == "__main__":
    run("run", main, __doc__)
