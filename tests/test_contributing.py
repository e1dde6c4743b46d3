"""What CONTRIBUTING.md tells to write works as it stands: each thing one file and one YAML."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from fake_dataset import byte_copies

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = re.compile(r"`((?:dupeval|conf)/[\w/]+\.(?:py|yaml))`\n\n```\w+\n(.*?)```", re.DOTALL)


def examples() -> dict[str, str]:
    """Return every example's text by its file."""
    return dict(EXAMPLE.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give Table 1 of all the examples, run in a copy of the project that has them."""
    project = tmp_path_factory.mktemp("project")
    for folder in ("dupeval", "conf", "experiments"):
        shutil.copytree(ROOT / folder, project / folder)
    for name, text in examples().items():
        assert not (project / name).exists()
        (project / name).write_text(text, encoding="utf-8")
    byte_copies(
        project / "mine",
        {
            slug: {f"{i}.png": photograph for i, photograph in enumerate(photographs)}
            for slug, photographs in {"one": "aabbc", "two": "ddeff", "three": "ghhii"}.items()
        },
    )
    run = subprocess.run(
        [
            *(sys.executable, "experiments/table1.py", "dataset=folder", "dataset.root=mine"),
            *(
                "method=[raw,thumbnail,size,same_bytes]",
                "protocol=[nested,loqo,fixed_external,first]",
            ),
            *("metric=[kept,largest]", "reference=raw", "progress=false"),
        ],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return project / "results" / "table1"


@pytest.fixture(scope="module")
def table(results: Path) -> pd.DataFrame:
    """Give the table itself."""
    return pd.read_csv(results / "table1.csv")


def test_a_thing_is_one_file_and_one_yaml() -> None:
    kinds = sorted(Path(name).suffix for name in examples())
    assert kinds == [".py"] * 5 + [".yaml"] * 5


@pytest.mark.parametrize("protocol", ["nested", "loqo", "first"])
@pytest.mark.parametrize("method", ["thumbnail", "size", "same_bytes"])
def test_its_row_is_measured(table: pd.DataFrame, method: str, protocol: str) -> None:
    (row,) = table[(table["method"] == method) & (table["protocol"] == protocol)].to_dict("records")
    assert row["source"] == "measured"
    assert row["reference"] == "raw"


@pytest.mark.parametrize("method", ["thumbnail", "same_bytes"])
def test_it_finds_copies_byte_for_byte(table: pd.DataFrame, method: str) -> None:
    f1 = table[(table["method"] == method) & (table["protocol"] != "published")]["f1"]
    assert len(f1) >= 3
    assert f1.eq(1).all()


def test_a_metric_has_its_column(results: Path) -> None:
    per_query = pd.read_csv(results / "per_query.csv")
    best = per_query[(per_query["method"] == "same_bytes") & (per_query["protocol"] == "loqo")]
    assert best["largest_group"].tolist() == [2, 2, 2]
