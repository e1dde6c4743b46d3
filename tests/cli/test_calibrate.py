"""`dupeval calibrate` as somebody types it, and `dupeval group` as it says."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_photographs import write_copies
from own_images import write_photograph

import dupeval as package
from dupeval.cli.calibrating import methods_of
from dupeval.errors import DupevalError
from dupeval.grouping.default import default_method

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a flat folder with labels: five photographs with three copies each, and two alone."""
    folder = tmp_path_factory.mktemp("labelled") / "sample"
    photographs: dict[str, str] = {}
    for seed in range(11, 16):
        photographs |= write_copies(folder, seed)
    for seed in (21, 22):
        write_photograph(folder / f"{seed}.png", seed)
        photographs[f"{seed}.png"] = str(seed)
    rows = [f"{name},{photograph}\n" for name, photograph in photographs.items()]
    (folder / "labels.csv").write_text("image,photograph\n" + "".join(rows))
    return folder


@pytest.fixture(scope="session")
def queries(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Path:
    photographs = dict(zip(("a.png", "b.png", "c.png", "d.png", "e.png"), "ppqqr", strict=True))
    folder = tmp_path_factory.mktemp("labelled") / "queries"
    return make_dataset(folder, dict.fromkeys(("one", "two", "three"), photographs))


def test_which_threshold_to_deploy_is_one_sentence(dupeval, sample: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in sample.iterdir()}
    run = dupeval("calibrate", str(sample), "-q")
    assert run.exit_code == 0, run.stderr
    first, *others = run.stdout.splitlines()
    assert first.startswith("Deploy verified at 0.")
    assert first.endswith(
        ": expect precision 1 (5 of 5 claimed groups without a mistake: [0.478, 1]) and recall 1 "
        "(5 of 5 photographs whole: [0.478, 1]) on images like these (nested over 7 folds of the "
        "photographs of one query)."
    )
    assert others == ["tried: verified", "written: dupeval-calibration.json"]
    stored = json.loads((tmp_path / "dupeval-calibration.json").read_text())
    assert stored["method"] == "verified"
    assert stored["sample"]["n_images"] == 22
    assert {path: path.read_bytes() for path in sample.iterdir()} == before


def test_a_group_follows_it_and_says_what_was_promised(
    dupeval, sample: Path, photos: Path, tmp_path: Path
) -> None:
    assert dupeval("calibrate", str(sample), "-q").exit_code == 0
    run = dupeval("group", str(photos), "--calibration", "dupeval-calibration.json", "-q")
    assert run.exit_code == 0, run.stderr
    assert "9 images, 2 groups of 8 of them" in run.stdout
    assert "calibrated by dupeval-calibration.json on sample: expect precision 1 " in run.stdout
    stored = json.loads((tmp_path / "dupeval-groups" / "groups.json").read_text())
    calibration = json.loads((tmp_path / "dupeval-calibration.json").read_text())
    assert stored["threshold"] == calibration["threshold"]
    assert stored["calibration"].startswith("calibrated by ")


def test_labels_may_lie_elsewhere(dupeval, sample: Path, tmp_path: Path) -> None:
    shutil.copytree(sample, tmp_path / "photos")
    (tmp_path / "labels").mkdir()
    shutil.move(tmp_path / "photos" / "labels.csv", tmp_path / "labels")
    run = dupeval("calibrate", "photos", "-q")
    assert (run.exit_code, "labels.csv: missing; it is a CSV file of" in run.stderr) == (2, True)
    run = dupeval("calibrate", "photos", "--labels", "labels", "-q")
    assert run.exit_code == 0, run.stderr
    assert run.stdout.startswith("Deploy verified at 0.")


def test_a_wish_that_a_small_sample_cannot_show(dupeval, sample: Path) -> None:
    run = dupeval("calibrate", str(sample), "-q", "--wish", "precision=0.95")
    assert run.exit_code == 0, run.stderr
    assert (
        "This sample cannot show precision 0.95: with 95 % confidence it is at least 0.549; it "
        "takes 54 more claimed groups without a mistake besides the 5 here."
    ) in run.stdout


def test_what_a_method_learns_is_carried_to_other_images(
    dupeval, queries: Path, photos: Path, tmp_path: Path
) -> None:
    run = dupeval("calibrate", str(queries), "--method", "raw_pca", "-q", "--out", "mine.json")
    assert run.exit_code == 0, run.stderr
    assert run.stdout.startswith("Deploy raw_pca with size=")
    assert "written: mine.safetensors, mine.json" in run.stdout
    table = package.group(
        photos, calibration="mine.json", cache_dir=tmp_path / "cache", keep="name"
    )
    assert table.attrs["method"] == "raw_pca"
    assert table.attrs["calibration"].startswith("calibrated by mine.json on queries")
    with pytest.raises(DupevalError, match="has its own method"):
        package.group(photos, calibration="mine.json", method=default_method())


def test_of_several_methods_one_is_chosen(dupeval, queries: Path, tmp_path: Path) -> None:
    run = dupeval("calibrate", str(queries), "--method", "raw,vgg_pca_transductive", "-q")
    assert run.exit_code == 0, run.stderr
    assert run.stdout.startswith("Deploy raw with size=")
    assert "left out: vgg_pca_transductive: it learns from the dataset and the images" in run.stdout
    stored = json.loads((tmp_path / "dupeval-calibration.json").read_text())
    assert stored["tried"] == ["raw"]


ERRORS = {
    ("calibrate", "nowhere"): "the dataset nowhere has",
    ("calibrate", "sample", "--wish", "best"): "possible: f1, or precision=P",
    ("calibrate", "sample", "--method", "magic"): "there is no method 'magic'",
    ("calibrate", "sample", "--method", ","): "--method is empty",
    ("calibrate", "sample", "--out", "sample/x.json"): "lies in sample, which is only read",
    ("calibrate", "sample", "--out", "own.json"): "own.json is there already",
    ("calibrate", "sample", "--out", "own.json/x.json"): "is no folder that can be written to",
    ("group", "sample", "--calibration", "none.json"): "No such file",
    ("group", "sample", "--calibration", "own.json"): "possible: one of dupeval calibrate",
}


@pytest.mark.parametrize("arguments", ERRORS, ids=" ".join)
def test_errors_are_sentences(
    dupeval, sample: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "sample").symlink_to(sample)
    (tmp_path / "own.json").write_text("{}")
    run = dupeval(*arguments, "-q")
    assert run.exit_code == 2, run.stderr
    assert ERRORS[arguments] in run.stderr
    assert "Traceback" not in run.stderr


def test_method_and_threshold_beside_a_calibration_are_errors(
    dupeval, sample: Path, tmp_path: Path
) -> None:
    assert dupeval("calibrate", str(sample), "-q").exit_code == 0
    own = ("group", str(sample), "-q", "--calibration", "dupeval-calibration.json")
    run = dupeval(*own, "--threshold", "0.4")
    assert (run.exit_code, "has the threshold to use" in run.stderr) == (2, True)
    run = dupeval(*own, "--method", "sift")
    assert (run.exit_code, "is of verified, not sift" in run.stderr) == (2, True)
    assert not (tmp_path / "dupeval-groups").exists()


def test_all_methods_are_those_that_need_no_settings(tmp_path: Path) -> None:
    made, left_out = methods_of("all", tmp_path)
    configured = {path.stem for path in (ROOT / "conf" / "method").glob("*.yaml")}
    assert made.keys() | left_out.keys() == configured
    assert {"command", "embedding"} <= left_out.keys()
    assert {"verified", "vgg_pca", "imagehash_phash"} <= made.keys()
