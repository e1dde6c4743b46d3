"""The calibration file: written whole, read with limits, and nothing in it is run."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dupeval.deployment import file as calibration_file
from dupeval.deployment.file import Calibration, check_writable, read, read_fit, write
from dupeval.errors import InputError, SettingsError

FIT = {"mean": np.zeros(3), "directions": np.eye(2, 3), "deviations": np.ones(2)}


def test_what_was_written_is_read_again(calibration: Calibration, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "mine.json"
    assert write(file, calibration, {}) == [file]
    assert read(file) == calibration


def test_what_a_method_learnt_lies_beside_it(calibration: Calibration, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    assert write(file, calibration, FIT) == [tmp_path / "mine.safetensors", file]
    found = read(file)
    tensors = read_fit(file, found)
    assert {name: values.tolist() for name, values in tensors.items()} == {
        name: values.tolist() for name, values in FIT.items()
    }
    for content in (b"", b"x" * 100, (tmp_path / "mine.safetensors").read_bytes() + b"\0"):
        (tmp_path / "mine.safetensors").write_bytes(content)
        with pytest.raises(InputError, match=r"not the file that mine.json was written with"):
            read_fit(file, found)


FAULTS: dict[str, dict[str, Any]] = {
    "calibration": {"calibration": 2},
    "method": {"method": "../x"},
    "threshold": {"threshold": -1},
    "precision.low": {"precision": {"value": 1, "low": 2, "high": 1, "over": "queries", "n": 1}},
    "fit_sha256": {"fit_sha256": "abc"},
    "more": {"more": 1},
    "sample.fingerprint": {
        "sample": {**dict.fromkeys(("n_queries", "n_images", "n_true_pairs"), 1), "name": "x"}
    },
    "settings": {"settings": {str(i): i for i in range(1001)}},
}


@pytest.mark.parametrize("place", FAULTS)
def test_what_is_no_calibration_says_where(
    known: dict[str, Any], tmp_path: Path, place: str
) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({**known, **FAULTS[place]}))
    with pytest.raises(InputError, match=f"{place}: .*possible: one of dupeval calibrate"):
        read(file)


def test_what_is_no_file_or_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    for name, said in {"pipe.json": "no regular file", "none.json": "No such file"}.items():
        with pytest.raises(InputError, match=f"cannot be read .{said}"):
            read(tmp_path / name)
    monkeypatch.setattr(calibration_file, "MOST_BYTES", 5)
    (tmp_path / "large.json").write_text("{     }")
    with pytest.raises(InputError, match="larger than 5 bytes"):
        read(tmp_path / "large.json")


def test_only_a_calibration_is_written_over(calibration: Calibration, tmp_path: Path) -> None:
    root, file = tmp_path / "sample", tmp_path / "mine.json"
    root.mkdir()
    check_writable(file, root)
    write(file, calibration, FIT)
    check_writable(file, root)
    file.write_text("mine")
    with pytest.raises(SettingsError, match=r"mine.json is there already and no calibration"):
        check_writable(file, root)
    file.unlink()
    with pytest.raises(SettingsError, match=r"mine.safetensors is there already"):
        check_writable(file, root)
    with pytest.raises(SettingsError, match="which is only read; possible: another --out FILE"):
        check_writable(root / "mine.json", root)
    with pytest.raises(SettingsError, match=r"does not end in .json; possible: --out mine.json"):
        check_writable(tmp_path / "mine.txt", root)
