"""Write Table 1: every method under every protocol, beside the study's published figures."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig
from program import build_methods, build_protocols, open_dataset, run, run_json

from dupeval.evaluation import evaluate
from dupeval.files import write_whole
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
    contents["run.json"] = run_json(config, dataset, methods, contents)
    write_whole(Path(config.out_dir), contents)
    print(markdown)
    print(f"written to {config.out_dir}: {', '.join(contents)}")


if __name__ == "__main__":
    run("table1", main)
