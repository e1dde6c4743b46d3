"""`dupeval group` as somebody types it."""

import csv
import json
import os
from pathlib import Path

import pandas as pd
import pytest
from own_images import write_photograph

from dupeval.grouping.tables import COLUMNS

FILES = {"groups.csv", "groups.json", "groups.parquet", "groups.html", "unread.csv"}


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "groups.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def groups(folder: Path) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in rows(folder):
        found.setdefault(row["group"], set()).add(Path(row["path"]).name)
    return {frozenset(names) for names in found.values()}


COPIES = {
    frozenset({f"{n} first.jpg", f"{n}-same.JPG", f"{n} again.png", f"{n} small.jpg"})
    for n in (1, 2)
}


def test_groups_files_and_summary(dupeval, photos: Path, tmp_path: Path) -> None:
    run = dupeval("group", str(photos))
    assert (run.exit_code, run.stderr.count("Traceback")) == (0, 0), run.stderr
    out = tmp_path / "dupeval-groups"
    assert {path.name for path in out.iterdir()} == FILES | {".dupeval"}
    assert groups(out) == COPIES | {frozenset({"alone.png"})}
    assert "9 images, 2 groups of 8 of them" in run.stdout
    assert "6 copies need not be kept" in run.stdout
    assert "broken.jpg: the file has zero bytes" in run.stdout
    table = pd.read_parquet(out / "groups.parquet")
    assert list(table.columns) == list(COLUMNS)
    assert table["path"].tolist() == [row["path"] for row in rows(out)]
    stored = json.loads((out / "groups.json").read_text())
    assert [image["path"] for image in stored["images"]] == [row["path"] for row in rows(out)]


def test_the_one_with_most_pixels_is_kept_then_the_largest_file(
    dupeval, photos: Path, tmp_path: Path
) -> None:
    assert dupeval("group", str(photos), "-q").exit_code == 0
    found = rows(tmp_path / "dupeval-groups")
    assert {Path(row["keeper"]).name for row in found} == {
        "1 again.png",
        "2 again.png",
        "alone.png",
    }
    assert all((row["distance"] == "0.0") >= (row["path"] == row["keeper"]) for row in found)


def test_nothing_of_the_folder_is_touched(dupeval, photos: Path) -> None:
    def state() -> dict[str, tuple[int, int, int]]:
        paths = [photos, *photos.rglob("*")]
        return {
            str(p): (s.st_size, s.st_mtime_ns, s.st_ctime_ns) for p in paths for s in [p.lstat()]
        }

    before = state()
    assert dupeval("group", str(photos), "--as", "sh").exit_code == 0
    assert state() == before


def test_without_torch_scipy_pandas_and_sklearn(photos: Path, process) -> None:
    code = (
        "import sys\n"
        "from dupeval.cli.app import app\n"
        "app(sys.argv[1:], standalone_mode=False)\n"
        "heavy = {'torch', 'scipy', 'pandas', 'sklearn', 'hydra'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    run = process("-c", code, "group", str(photos), "-q")
    assert run.returncode == 0, run.stderr


def test_as_a_module(photos: Path, process, tmp_path: Path) -> None:
    assert process("-m", "dupeval", "group", str(photos), "-q").returncode == 0
    assert (tmp_path / "dupeval-groups" / "groups.html").exists()


def test_a_second_run_looks_at_nothing_again(photos: Path, dupeval, tmp_path: Path) -> None:
    write_photograph(tmp_path / "in" / "a.png", "a")
    write_photograph(tmp_path / "in" / "b.png", "b")
    first = dupeval("group", "in")
    write_photograph(tmp_path / "in" / "c.png", "c")
    second = dupeval("group", "in")
    third = dupeval("group", "in")
    # A bar of as many images as features were made of, and pairs compared.
    assert ("2/2" in first.stderr, "1/1" in first.stderr) == (True, True)
    assert ("1/1" in second.stderr, "2/2" in second.stderr) == (True, True)
    assert "verified" not in third.stderr


def test_plans(dupeval, photos: Path, tmp_path: Path) -> None:
    assert dupeval("group", str(photos), "-q", "--plan", "plan.csv").exit_code == 0
    with (tmp_path / "plan.csv").open(newline="") as file:
        actions = [row["action"] for row in csv.DictReader(file)]
    assert (actions.count("keep"), actions.count("remove")) == (2, 6)
    assert dupeval("group", str(photos), "-q", "--as", "sh").exit_code == 0
    assert (tmp_path / "dupeval-groups" / "plan.sh").read_text().count("\nremove ") == 6
    run = dupeval("group", str(photos), "-q", "--plan", "plan.csv")
    assert run.exit_code == 2
    assert "plan.csv is there already" in run.stderr


def test_against_a_library(dupeval, photos: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / "known.jpg").write_bytes((photos / "1 small.jpg").read_bytes())
    write_photograph(new / "unknown.png", "x")
    write_photograph(new / "unknown again.png", "x")
    run = dupeval("group", "new", "--against", str(photos), "-q")
    assert run.exit_code == 0, run.stderr
    assert "3 images, each compared with 9 of the library; 1 are there already" in run.stdout
    found = {Path(row["path"]).name: row for row in rows(tmp_path / "dupeval-groups")}
    assert Path(found["known.jpg"]["keeper"]).name == "1 small.jpg"
    assert found["1 small.jpg"]["reference"] == "true"
    # Not compared with each other.
    assert found["unknown.png"]["group"] != found["unknown again.png"]["group"]


def test_paths_from_standard_input(dupeval, photos: Path, tmp_path: Path) -> None:
    paths = [str(photos / "1 first.jpg"), str(photos / "1 small.jpg"), "nowhere.jpg"]
    for text in ("\n".join(paths), "\0".join(paths) + "\0"):
        run = dupeval("group", "-", "-q", given=text)
        assert run.exit_code == 0, run.stderr
        assert groups(tmp_path / "dupeval-groups") == {frozenset({"1 first.jpg", "1 small.jpg"})}
        assert "nowhere.jpg: cannot be read (No such file or directory)" in run.stdout


def test_what_was_written_is_a_table_of_paths_again(dupeval, photos: Path, tmp_path: Path) -> None:
    assert dupeval("group", str(photos), "-q").exit_code == 0
    for name in ("groups.csv", "groups.parquet"):
        again = dupeval("group", f"dupeval-groups/{name}", "-q", "--out", "again")
        assert again.exit_code == 0, again.stderr
        assert groups(tmp_path / "again") == groups(tmp_path / "dupeval-groups")


HOSTILE = [b"-rf.png", b"a\nb.png", b"caf\xe9.png", b"<img src=x onerror=alert(1)>.png", b"'\".png"]


def test_names_are_only_names(dupeval, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write_photograph(folder / "a.png", "a")
    for name in HOSTILE:
        target = os.fsencode(folder) + b"/" + name
        Path(os.fsdecode(target)).write_bytes((folder / "a.png").read_bytes())
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.png")
    run = dupeval("group", "in", "-q", "--as", "sh")
    assert run.exit_code == 0, run.stderr
    assert "6 images, 1 group of 6" in run.stdout
    assert "passed over: 1 link" in run.stdout
    assert "pipe.png: is not a file" in run.stdout
    stored = json.loads((tmp_path / "dupeval-groups" / "groups.json").read_text())
    names = {os.fsencode(image["path"]).rpartition(b"/")[2] for image in stored["images"]}
    assert names == {*HOSTILE, b"a.png"}
    page = (tmp_path / "dupeval-groups" / "groups.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page


ERRORS = {
    ("nowhere",): "no such file or folder: nowhere",
    ("photos", "--out", "photos/out"): "lies in photos, which is only read",
    ("photos", "--plan", "photos/plan.csv"): "lies in photos, which is only read",
    ("photos", "--out", "file"): "file is no folder that can be written to",
    ("photos", "--plan", "file/plan.csv"): "file is no folder that can be written to",
    ("photos", "--against", "empty", "--out", "empty/x"): "lies in empty, which is only read",
    ("list.csv", "--out", "photos"): "lies in photos, which is only read",
    ("photos", "--threshold", "1"): "threshold=1 joins all images; possible: below 1",
    ("photos", "--threshold", "-1"): "threshold=-1 is not possible",
    ("photos", "--method", "magic"): "there is no method 'magic'; possible: ",
    ("photos", "--method", "vgg_pca"): "learns from the images of other queries",
    ("photos", "--against", "empty"): "there are no images",
    ("empty",): "there are no images",
    ("-", "photos"): "possible: - alone",
    ("photos", "--keep", "best"): "'best'",
}


@pytest.mark.parametrize("arguments", ERRORS, ids=" ".join)
def test_errors_are_sentences(dupeval, tmp_path: Path, photos: Path, arguments) -> None:
    (tmp_path / "photos").symlink_to(photos)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "list.csv").write_text("path\nphotos\n")
    run = dupeval("group", *arguments, "-q")
    assert run.exit_code == 2, run.stderr
    assert ERRORS[arguments] in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "dupeval-groups").exists()


def test_files_of_somebody_else_are_not_overwritten(dupeval, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "dupeval-groups").mkdir()
    (tmp_path / "dupeval-groups" / "groups.csv").write_text("mine")
    run = dupeval("group", str(photos), "-q")
    assert run.exit_code == 2
    assert "not overwritten" in run.stderr
    assert (tmp_path / "dupeval-groups" / "groups.csv").read_text() == "mine"


def test_other_methods_by_name(dupeval, photos: Path, tmp_path: Path) -> None:
    run = dupeval("group", str(photos), "--method", "raw", "--threshold", "0.05", "-q")
    assert run.exit_code == 0, run.stderr
    assert groups(tmp_path / "dupeval-groups") == COPIES | {frozenset({"alone.png"})}
