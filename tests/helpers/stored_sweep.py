"""A small sweep as a run stores it."""

import json
from pathlib import Path

import pandas as pd

from dupeval.dataset import Dataset
from dupeval.files import file_sha256


def store_sweep(folder: Path, dataset: Dataset, table: pd.DataFrame) -> Path:
    """Write a table as ``sweep.csv``, and what run.json says of it; return the folder."""
    table.to_csv(folder / "sweep.csv", index=False)
    run = {
        "parts": [
            {
                "dataset": {"name": dataset.name, "fingerprint": dataset.fingerprint},
                "protocols": {"oracle": {"honest": False}, "loqo": {"honest": True}},
                "configuration": {"methods": {}},
            }
        ],
        "outputs": {"sweep.csv": file_sha256(folder / "sweep.csv")},
    }
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    return folder
