"""Write the report: Table 1, why, every mistake, and the figures, in one HTML file.

It is made of stored results and runs no method. Of the dataset that the results were made from,
unless another is chosen. With compare=[DIR,DIR] it says what changed between two runs instead.

Examples
--------
python experiments/report.py
python experiments/report.py limits.megabytes=30 suite_dir=results/reference/suite
python experiments/report.py dataset=folder dataset.root=ROOT table1_dir=results/mine
python experiments/report.py 'compare=[results/before,results/after]'
"""

from __future__ import annotations

from pathlib import Path

from configuration import build, open_dataset
from console import SUCCESS, say
from figures import stored_methods
from hydra_app import run
from omegaconf import DictConfig

from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.files import refuse_foreign
from dupeval.report import FILE_NAME, write_report
from dupeval.report.comparison import FILE_NAME as COMPARISON
from dupeval.report.comparison import common_fingerprint, write_comparison
from dupeval.report.opening import stored_dataset


def main(config: DictConfig) -> int:
    """Read the stored results, write the file, say where; return 0."""
    path = _report(config) if config.compare is None else _comparison(config)
    say(f"written to {path}: {path.stat().st_size / 1e6:.1f} MB")
    return SUCCESS


def _report(config: DictConfig) -> Path:
    refuse_foreign(Path(config.out_dir), [FILE_NAME])
    folder = Path(str(config.table1_dir))
    stored = stored_methods(folder, known=())
    return write_report(
        _dataset(config, folder),
        folder,
        Path(str(config.figures_dir)),
        Path(config.out_dir),
        Path(config.cache_dir),
        build(config.limits, "limits"),
        config.progress,
        {name: method for name, (_, method) in stored.items()},
        None if config.suite_dir is None else Path(str(config.suite_dir)),
    )


def _comparison(config: DictConfig) -> Path:
    refuse_foreign(Path(config.out_dir), [COMPARISON])
    try:
        first, second = (Path(str(folder)) for folder in config.compare)
    except (TypeError, ValueError):
        raise SettingsError(
            f"compare={config.compare}: possible: two folders, 'compare=[results/a,results/b]'"
        ) from None
    fingerprint = common_fingerprint((first, second))
    return write_comparison(
        _dataset(config, first, fingerprint),
        (first, second),
        Path(config.out_dir),
        Path(config.cache_dir),
        build(config.limits, "limits"),
        config.progress,
    )


def _dataset(config: DictConfig, folder: Path, fingerprint: str | None = None) -> Dataset:
    """Return the dataset that is chosen, or else the one that the results were made from."""
    if any(text.lstrip("+~").startswith("dataset") for text in config.overrides):
        return open_dataset(config)
    return stored_dataset(folder, Path(config.cache_dir), config.progress, fingerprint)


if __name__ == "__main__":
    run("report", main, __doc__)
