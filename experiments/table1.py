"""Write Table 1: every method under every protocol, beside the study's published figures."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from omegaconf import DictConfig
from program import as_json, build_methods, build_protocols, open_dataset, run

from dupeval.evaluation import evaluate
from dupeval.files import write_whole
from dupeval.provenance import describe_run
from dupeval.rendering import csv_bytes, table1_latex, table1_markdown
from dupeval.representation.cache import VectorCache
from dupeval.tables import per_query_table, table1, timings_table


def main(config: DictConfig) -> None:
    """Evaluate, write all of the table's files at once, and print it."""
    methods, protocols = build_methods(config), build_protocols(config)
    dataset = open_dataset(config)
    cache = VectorCache(Path(config.cache_dir) / "vectors")
    evaluation = evaluate(methods, protocols, dataset, cache, config.progress)
    per_query = per_query_table(evaluation.results)
    table = table1(per_query, config.seed)
    markdown = table1_markdown(table, dataset)
    contents = {
        "table1.csv": csv_bytes(table),
        "table1.md": markdown.encode(),
        "table1.tex": table1_latex(table, dataset).encode(),
        "per_query.csv": csv_bytes(per_query),
        "timings.csv": csv_bytes(timings_table(evaluation.timings)),
    }
    run_json = describe_run(
        as_json(config),
        dataset,
        {name: method.representation.key for name, method in methods.items()},
        {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
    )
    contents["run.json"] = (json.dumps(run_json, indent=2, ensure_ascii=False) + "\n").encode()
    write_whole(Path(config.out_dir), contents)
    print(markdown)
    print(f"written to {config.out_dir}: {', '.join(contents)}")


if __name__ == "__main__":
    run("table1", main)
