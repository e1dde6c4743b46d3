"""A calibration is followed, or refused with a sentence."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from placed import Placed

from dupeval.deployment.file import Calibration, write
from dupeval.deployment.identity import carried, first_difference, identity
from dupeval.deployment.using import chosen_by
from dupeval.distance.local.verified import Verified
from dupeval.errors import InputError, SettingsError
from dupeval.grouping.default import default_method
from dupeval.method import Method
from dupeval.method.pairs import PairMethod
from dupeval.method.vectors import VectorMethod
from dupeval.reduction import PCA
from dupeval.representation.raw import RawPixels

ROOT = Path(__file__).resolve().parent.parent.parent
RAW = VectorMethod(
    RawPixels(size=8, colour="rgb"), threshold=0.1, grid={"size": (8, 16), "metric": ("cosine",)}
)
RAW_PCA = replace(RAW, reduction=PCA(2), grid={})


def made(method: Method) -> Any:
    return lambda name: method


def written(folder: Path, known: Mapping[str, Any], fit: Mapping[str, Any] | None = None) -> Path:
    write(folder / "mine.json", Calibration(**known), fit or {})
    return folder / "mine.json"


def test_method_and_threshold_are_the_files(known: dict[str, Any], tmp_path: Path) -> None:
    chosen = chosen_by(written(tmp_path, known), made(default_method()), keep="oldest")
    assert (chosen.name, chosen.cut, chosen.keep) == ("verified", 0.48, "oldest")
    assert isinstance(chosen.method, PairMethod)
    assert chosen.promise.startswith("calibrated by ")


def test_what_was_asked_for_besides_must_not_differ(known: dict[str, Any], tmp_path: Path) -> None:
    file = written(tmp_path, known)
    assert chosen_by(file, made(default_method()), method="verified").name == "verified"
    with pytest.raises(SettingsError, match="is of verified, not sscd; possible: without --method"):
        chosen_by(file, made(default_method()), method="sscd")
    with pytest.raises(SettingsError, match="has the threshold to use"):
        chosen_by(file, made(default_method()), threshold=0.4)


def test_other_settings_weights_or_code_are_refused(known: dict[str, Any], tmp_path: Path) -> None:
    file = written(tmp_path, known)
    other = replace(default_method(), score=Verified(mirror=False))
    with pytest.raises(
        SettingsError, match=r"verified is here not what .*mine.json was made with \(score.mirror, "
    ):
        chosen_by(file, made(other))
    weights = {**known["identity"], "score.weights": "0" * 64}
    file = written(tmp_path, {**known, "identity": weights})
    with pytest.raises(SettingsError, match=r"score.weights, nothing not 000000000000"):
        chosen_by(file, made(default_method()))
    code = {**known["identity"], "source": "0" * 64}
    file = written(tmp_path, {**known, "identity": code})
    with pytest.raises(SettingsError, match=r"\(the code of its parts\); possible: dupeval calib"):
        chosen_by(file, made(default_method()))


def test_settings_are_those_that_may_be_chosen_here(known: dict[str, Any], tmp_path: Path) -> None:
    own = {"size": 16, "metric": "cosine"}
    known |= {"method": "raw", "identity": identity(RAW, own)}
    chosen = chosen_by(written(tmp_path, {**known, "settings": own}), made(RAW))
    assert chosen.method.default == own
    for settings in ({"size": 32, "metric": "cosine"}, {"size": 16}, {}, {**own, "file": "x.pt"}):
        file = written(tmp_path, {**known, "settings": settings})
        with pytest.raises(SettingsError, match="are none that raw may have here"):
            chosen_by(file, made(RAW))


def test_how_a_method_is_cut_is_no_part_of_what_it_is() -> None:
    elsewhere = replace(RAW, threshold=0.7, grid={})
    assert identity(RAW, {"size": 16}) == identity(elsewhere, {"size": 16})
    assert first_difference(identity(RAW, {"size": 16}), identity(RAW, {"size": 8})) == (
        "representation.size, 16 not 8"
    )
    assert first_difference(identity(RAW, {}), identity(RAW, {})) is None


def test_a_method_that_says_nothing_of_itself_is_none_to_be_carried() -> None:
    class Silent(Placed):
        key = None  # type: ignore[assignment]

    with pytest.raises(SettingsError, match="does not say what its answers depend on"):
        identity(Silent({}), {})


def test_what_was_learnt_must_be_there_and_whole(known: dict[str, Any], tmp_path: Path) -> None:
    known |= {"method": "raw_pca", "identity": identity(RAW_PCA, {})}
    fit = {"mean": np.zeros(192), "directions": np.eye(2, 192), "deviations": np.ones(2)}
    file = written(tmp_path, known, fit)
    chosen = chosen_by(file, made(RAW_PCA))
    assert chosen.method.scope(chosen.method.default) == "none"
    for broken in ({**fit, "deviations": np.zeros(2)}, {"mean": np.zeros(3)}):
        file = written(tmp_path, known, broken)
        with pytest.raises(InputError, match="what was learnt: "):
            chosen_by(file, made(RAW_PCA))
    (tmp_path / "mine.safetensors").unlink()
    with pytest.raises(InputError, match=r"mine\.safetensors has 1 problem:\n  cannot be r"):
        chosen_by(file, made(RAW_PCA))


def test_a_fit_that_no_method_takes_is_refused(known: dict[str, Any], tmp_path: Path) -> None:
    file = written(tmp_path, known, {"mean": np.zeros(3)})
    with pytest.raises(SettingsError, match="what verified learnt, and here it learns nothing"):
        chosen_by(file, made(default_method()))


def test_a_method_that_learns_nothing_from_others_is_asked_as_it_is() -> None:
    method = carried(Placed({}, own_cut=3.0), {"by": 2.0})
    assert (method.default, method.cut, method.scope({})) == ({"by": 2.0}, 3.0, "none")


def test_following_a_file_needs_no_more_than_grouping_does() -> None:
    heavy = "{'scipy', 'sklearn', 'pandas', 'torch', 'hydra'}"
    code = f"import sys, dupeval.deployment.using; print({heavy} & set(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "set()\n"
