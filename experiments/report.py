"""Write the report: Table 1, the figures, and the groups behind every score, in one HTML file.

It is made of stored results and runs no method.

Examples
--------
python experiments/report.py
python experiments/report.py limits.megabytes=30
python experiments/report.py dataset=folder dataset.root=ROOT table1_dir=results/mine
"""

from __future__ import annotations

from pathlib import Path

from configuration import build, open_dataset
from console import SUCCESS, say
from figures import stored_methods
from hydra_app import run
from omegaconf import DictConfig

from dupeval.files import refuse_foreign
from dupeval.report import FILE_NAME, write_report


def main(config: DictConfig) -> int:
    """Read the stored results, write the file, say where; return 0."""
    refuse_foreign(Path(config.out_dir), [FILE_NAME])
    stored = stored_methods(Path(str(config.table1_dir)), known=())
    path = write_report(
        open_dataset(config),
        Path(str(config.table1_dir)),
        Path(str(config.figures_dir)),
        Path(config.out_dir),
        Path(config.cache_dir),
        build(config.limits, "limits"),
        config.progress,
        {name: method for name, (_, method) in stored.items()},
    )
    say(f"written to {path}: {path.stat().st_size / 1e6:.1f} MB")
    return SUCCESS


if __name__ == "__main__":
    run("report", main, __doc__)
