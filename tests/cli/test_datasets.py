"""The commands that make labelled datasets of others' folders."""

from pathlib import Path

import pytest
from fake_dataset import photograph_bytes
from own_photographs import write_photographs

from dupeval.dataset.folder import read_folder
from dupeval.dataset.importers.copydays import read_copydays

COPYDAYS = ("original/200000.jpg", "original/200100.jpg", "strong/200001.jpg")


@pytest.fixture
def copydays(tmp_path: Path) -> Path:
    root = tmp_path / "copydays"
    for place in COPYDAYS:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_bytes(photograph_bytes(place))
    return root


def test_made_copies_photographs_and_labels_them(tmp_path: Path, dupeval) -> None:
    write_photographs(tmp_path / "photos", range(11))
    run = dupeval("made", "photos", "--out", "mine", "--level", "study", "--quiet")
    assert run.exit_code == 0, run.stderr
    dataset = read_folder(tmp_path / "mine")
    true = dataset.queries[0].n_true_pairs
    assert run.stdout.splitlines()[:2] == [
        f"1 query, 20 images, 11 photographs, {true} pairs of copies",
        "in mine",
    ]
    assert "dataset.root=mine" in run.stdout


def test_made_refuses_a_folder_in_the_photographs(tmp_path: Path, dupeval) -> None:
    write_photographs(tmp_path / "photos", range(11))
    run = dupeval("made", "photos", "--out", "photos/mine", "--quiet")
    assert run.exit_code == 2
    assert run.stderr.startswith("error: ")
    assert not (tmp_path / "photos" / "mine").exists()


def test_convert_writes_what_the_importer_reads(copydays: Path, tmp_path: Path, dupeval) -> None:
    run = dupeval("convert", "copydays", "copydays", "--out", "mine", "--quiet")
    assert run.exit_code == 0, run.stderr
    assert read_folder(tmp_path / "mine").fingerprint == read_copydays(copydays).fingerprint


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["magic", "copydays"], "there is no layout 'magic'; possible: clusters, copydays, "),
        (["copydays", "copydays", "--truth", "x"], "copydays takes no --truth"),
        (["copydays", "copydays", "--groups", "scenes"], "copydays takes no --groups"),
        (["imagededup", "copydays"], "imagededup needs --truth"),
        (["copydays", "copydays", "--out", "copydays/x"], "copydays/x lies in copydays"),
        (["copydays", "copydays", "--images-a-query", "1"], "dataset.images_a_query=1; possible"),
    ],
    ids=["layout", "truth", "groups", "no truth", "inside", "size"],
)
def test_what_cannot_be_converted_is_a_sentence(
    arguments: list[str], sentence: str, copydays: Path, tmp_path: Path, dupeval
) -> None:
    out = [] if "--out" in arguments else ["--out", "mine"]
    run = dupeval("convert", *arguments, *out, "--quiet")
    assert run.exit_code == 2
    assert run.stderr.startswith(f"error: {sentence}")
    assert not (tmp_path / "mine").exists()
    assert sorted(path.name for path in copydays.iterdir()) == ["original", "strong"]
