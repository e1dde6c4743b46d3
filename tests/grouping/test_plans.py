"""Plans name every file rightly, whatever it is called, and remove nothing by themselves."""

import csv
import io
import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from own_images import image_file

from dupeval.errors import SettingsError
from dupeval.grouping.groups import Grouping, grouped_by_labels
from dupeval.grouping.plans import plan
from dupeval.text import from_csv_cell

NAMES = [
    *("-rf", "a b", "it's", 'a"b', "$(touch x)", "`touch x`", "a\nb", "=1+1", "a;b", "*", "가"),
    *("\\n", os.fsdecode(b"caf\xe9"), "#", "~"),
]


def grouping_of(paths: list[str]) -> Grouping:
    files = tuple(image_file(path, "x") for path in paths)
    return Grouping(files, grouped_by_labels(files, np.array([0]), "name"), (), (), "m", 0.5)


@pytest.fixture
def names(tmp_path: Path) -> list[str]:
    paths = [str(tmp_path / f"{name}.jpg") for name in NAMES]
    for path in paths:
        Path(path).write_bytes(b"x")
    return paths


def test_csv_has_a_line_for_each_image_of_a_group(names: list[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(plan(grouping_of(names)).decode())))
    kept = min(names)
    assert [row["action"] for row in rows] == ["keep"] + ["remove"] * (len(names) - 1)
    assert {from_csv_cell(row["path"]) for row in rows} == set(names)
    assert {from_csv_cell(row["keeper"]) for row in rows} == {kept}


def test_the_script_removes_all_but_the_keeper(names: list[str], tmp_path: Path) -> None:
    script = tmp_path / "plan.sh"
    script.write_bytes(plan(grouping_of(names), "sh"))
    subprocess.run(["/bin/sh", str(script)], check=True, cwd="/", capture_output=True)
    assert {str(path) for path in tmp_path.iterdir()} == {min(names), str(script)}


def test_the_script_removes_nothing_whose_keeper_is_gone(names: list[str], tmp_path: Path) -> None:
    script = tmp_path / "plan.sh"
    script.write_bytes(plan(grouping_of(names), "sh"))
    Path(min(names)).unlink()
    run = subprocess.run(["/bin/sh", str(script)], check=True, capture_output=True)
    assert len(list(tmp_path.iterdir())) == len(names)
    assert run.stderr.count(b"(no keeper)") == len(names) - 1


def test_fdupes_has_blocks_of_absolute_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/tmp")
    files = tuple(image_file(name, name[0]) for name in ("a1", "a2", "b1", "b2", "c"))
    groups = grouped_by_labels(files, np.array([0, 1, 2]), "name")
    text = plan(Grouping(files, groups, (), (), "m", 0.5), "fdupes").decode()
    assert text == "/tmp/a1\n/tmp/a2\n\n/tmp/b1\n/tmp/b2\n"


def test_fdupes_cannot_say_a_line_break(names: list[str]) -> None:
    with pytest.raises(SettingsError, match=r"a\\nb.*possible: sh"):
        plan(grouping_of(names), "fdupes")


def test_czkawka_has_lists_of_what_it_says_itself(names: list[str]) -> None:
    ((first, *others),) = json.loads(plan(grouping_of(names), "czkawka-json"))
    assert first == {
        "path": min(names),
        "size": 1000,
        "width": 40,
        "height": 30,
        "modified_date": 0,
    }
    assert len(others) == len(names) - 1
