"""Reading a dataset folder: a good one as it is, of a bad one every problem at once."""

import contextlib
import csv
import os
import socket
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from fake_dataset import content_of
from PIL import Image

from dupeval.dataset import checking as module
from dupeval.dataset import csv_table
from dupeval.dataset.folder import read_folder
from dupeval.errors import DatasetError
from dupeval.files import file_sha256

MakeDataset = Callable[..., Path]

NOT_LISTED = "not in labels.csv; give it a line, where the photograph may be empty"
QUERIES = "query,title\n"
LABELS = "query,image,photograph\n"


@pytest.fixture
def root(make_dataset: MakeDataset, tmp_path: Path) -> Path:
    """Give a good folder: queries q1 (a and b are copies, c is not) and q2 (a and b)."""
    return make_dataset(
        tmp_path / "mine",
        {"q1": {"a.png": "p1", "b.png": "p1", "c.png": "p2"}, "q2": {"a.png": "x", "b.png": "y"}},
    )


def problems_of(root: Path) -> tuple[str, ...]:
    with pytest.raises(DatasetError) as caught:
        read_folder(root)
    return caught.value.problems


def write_queries(root: Path, text: str | bytes) -> None:
    (root / "queries.csv").write_bytes(text if isinstance(text, bytes) else text.encode())


def write_labels(root: Path, text: str | bytes) -> None:
    (root / "labels.csv").write_bytes(text if isinstance(text, bytes) else text.encode())


def append_label(root: Path, *rows: str) -> None:
    with (root / "labels.csv").open("a", encoding="utf-8", newline="") as file:
        file.writelines(f"{row}\n" for row in rows)


# A good folder.


def test_a_folder_is_read_in_the_order_of_its_tables(root: Path) -> None:
    write_queries(root, QUERIES + "q2,Second\nq1,First\n")
    write_labels(root, LABELS + "q1,c.png,p2\nq2,b.png,y\nq1,a.png,p1\nq2,a.png,x\nq1,b.png,p1\n")
    dataset = read_folder(root)
    assert [(q.slug, q.title) for q in dataset.queries] == [("q2", "Second"), ("q1", "First")]
    assert [[(i.name, of.photograph) for i, of in q.with_labels] for q in dataset.queries] == [
        [("b.png", "y"), ("a.png", "x")],
        [("c.png", "p2"), ("a.png", "p1"), ("b.png", "p1")],
    ]


def test_an_image_opens_as_its_bytes_and_knows_their_hash(root: Path) -> None:
    for query in read_folder(root).queries:
        for image in query.images:
            path = root / "images" / query.slug / image.name
            assert content_of(image) == path.read_bytes()
            assert image.sha256 == file_sha256(path)


def test_the_dataset_is_called_like_the_folder_unless_it_is_given_a_name(root: Path) -> None:
    assert read_folder(root).name == "mine"
    assert read_folder(root, name="yours").name == "yours"


def test_a_folder_named_by_a_dot_is_called_by_its_real_name(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    assert read_folder(Path()).name == "mine"


def test_the_edit_column_is_optional(make_dataset: MakeDataset, tmp_path: Path) -> None:
    images = {"a.png": "p", "b.png": "p"}
    without = read_folder(make_dataset(tmp_path / "without", {"q": images}))
    assert [label.edit for label in without.queries[0].labels] == ["", ""]
    edits = {"b.png": "crop:0.8+jpeg:30"}
    with_it = read_folder(make_dataset(tmp_path / "with", {"q": images}, edits))
    assert [label.edit for label in with_it.queries[0].labels] == ["", "crop:0.8+jpeg:30"]


def test_columns_are_found_by_name_in_any_order_and_others_are_ignored(root: Path) -> None:
    write_queries(root, "note,title,query\nx,First,q1\ny,Second,q2\n")
    write_labels(
        root,
        "photograph,note,edit,image,query\n"
        "p1,,mirror,a.png,q1\np1,,,b.png,q1\np2,,,c.png,q1\nx,,,a.png,q2\ny,n,,b.png,q2\n",
    )
    dataset = read_folder(root)
    assert [q.title for q in dataset.queries] == ["First", "Second"]
    assert [label.photograph for q in dataset.queries for label in q.labels] == [
        "p1",
        "p1",
        "p2",
        "x",
        "y",
    ]
    assert [label.edit for q in dataset.queries for label in q.labels] == ["mirror", "", "", "", ""]


@pytest.mark.parametrize(
    ("field", "title"),
    [
        ("", ""),
        ("촛불 집회", "촛불 집회"),
        ('"a ""quoted"", title"', 'a "quoted", title'),
        ('"two\nlines"', "two\nlines"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("100 % $x_1$ \\cite", "100 % $x_1$ \\cite"),
        ("🕯️", "🕯️"),
    ],
)
def test_a_title_is_any_text_and_is_kept_as_it_is(root: Path, field: str, title: str) -> None:
    write_queries(root, f"{QUERIES}q1,{field}\nq2,Second\n")
    assert [q.title for q in read_folder(root).queries] == [title, "Second"]


def test_a_photograph_is_any_text(root: Path) -> None:
    write_labels(
        root,
        LABELS + 'q1,a.png,사진 1\nq1,b.png,사진 1\nq1,c.png,"a, ""b"""\nq2,a.png,1\nq2,b.png,01\n',
    )
    one, two = read_folder(root).queries
    assert one.photographs.tolist() == ["사진 1", "사진 1", 'a, "b"']
    assert (one.n_true_pairs, two.n_true_pairs) == (1, 0)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tables_may_be_saved_as_spreadsheets_of_all_countries_do(
    root: Path, delimiter: str, encoding: str
) -> None:
    plain = read_folder(root)
    for path in (root / "queries.csv", root / "labels.csv"):
        header, *rows = path.read_text(encoding="utf-8").replace(",", delimiter).splitlines()
        header = delimiter.join(f" {name.title()} " for name in header.split(delimiter))
        # Formatted cells without a value, to the right and below.
        text = "".join(f"{row}{delimiter * 2}\r\n" for row in (header, *rows, 2 * delimiter))
        path.write_bytes(text.encode(encoding))
    assert read_folder(root) == plain


def test_a_comma_in_a_cell_parts_no_cells_where_semicolons_do(root: Path) -> None:
    write_queries(root, "query;title\nq1;First, but not last\nq2;Second\n")
    assert [q.title for q in read_folder(root).queries] == ["First, but not last", "Second"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"", b"\xef\xbb\xbf", id="with a byte order mark"),
        pytest.param(b"\n", b"\r\n", id="with CRLF"),
        pytest.param(b"\n", b"\n\n", id="with blank lines"),
    ],
)
def test_tables_as_spreadsheets_write_them_are_the_same(root: Path, old: bytes, new: bytes) -> None:
    plain = read_folder(root)
    for path in (root / "queries.csv", root / "labels.csv"):
        text = path.read_bytes()
        path.write_bytes(text.replace(old, new) if old else new + text)
    assert read_folder(root) == plain


def test_the_last_line_needs_no_end(root: Path) -> None:
    plain = read_folder(root)
    for path in (root / "queries.csv", root / "labels.csv"):
        path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert read_folder(root) == plain


def test_what_file_managers_leave_behind_is_ignored(root: Path) -> None:
    plain = read_folder(root)
    for folder in (root, root / "images", root / "images" / "q1"):
        for name in (".DS_Store", "._a.png", "Thumbs.db", "thumbs.db", "desktop.ini", "Icon\r"):
            (folder / name).write_bytes(b"litter")
        for name in ("@eaDir", "__MACOSX"):
            (folder / name).mkdir()
            (folder / name / "a.png").write_bytes(b"litter")
    (root / "images" / ".cache").mkdir()
    assert read_folder(root) == plain


def test_a_labelled_image_is_an_image_however_it_is_called(root: Path) -> None:
    names = (".a.png", "Thumbs.db", 'say "hi"\n.png', "=1+1.png", "\u202egnp.png", "🕯️", "a|b.png")
    for name in names:
        (root / "images" / "q1" / name).write_bytes((root / "images/q1/a.png").read_bytes())
    with (root / "labels.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(("q1", name, "p1") for name in names)
    assert [image.name for image in read_folder(root).queries[0].images[3:]] == list(names)


def test_other_files_beside_the_tables_are_ignored(root: Path) -> None:
    plain = read_folder(root)
    (root / "README.md").write_text("mine")
    assert read_folder(root) == plain


@pytest.mark.parametrize("in_table", ["NFC", "NFD"])
@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
def test_a_korean_file_name_is_found_in_both_normal_forms(
    root: Path, in_table: str, on_disk: str
) -> None:
    listed = unicodedata.normalize(in_table, "사진 촛불.png")
    stored = unicodedata.normalize(on_disk, "사진 촛불.png")
    (root / "images" / "q2" / "a.png").rename(root / "images" / "q2" / stored)
    write_labels(root, f"{LABELS}q1,a.png,p\nq1,b.png,p\nq1,c.png,p\nq2,{listed},p\nq2,b.png,p\n")
    image = read_folder(root).queries[1].images[0]
    assert image.name == listed
    assert content_of(image).startswith(b"\x89PNG")


@pytest.mark.parametrize("in_table", ["NFC", "NFD"])
@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
def test_a_korean_query_is_found_in_both_normal_forms(
    root: Path, in_table: str, on_disk: str
) -> None:
    listed = unicodedata.normalize(in_table, "촛불")
    (root / "images" / "q2").rename(root / "images" / unicodedata.normalize(on_disk, "촛불"))
    write_queries(root, f"{QUERIES}q1,First\n{listed},Second\n")
    write_labels(
        root, f"{LABELS}q1,a.png,p\nq1,b.png,p\nq1,c.png,p\n{listed},a.png,p\n{listed},b.png,p\n"
    )
    dataset = read_folder(root)
    assert dataset.queries[1].slug == listed
    assert all(content_of(image).startswith(b"\x89PNG") for image in dataset.images)


def test_a_link_that_stays_inside_the_folder_is_an_image_like_any_other(root: Path) -> None:
    link = root / "images" / "q2" / "c.png"
    link.symlink_to(Path("..") / "q1" / "a.png")
    append_label(root, "q2,c.png,p1")
    image = read_folder(root).queries[1].images[2]
    assert image.name == link.name
    assert image.sha256 == file_sha256(root / "images" / "q1" / "a.png")


def test_the_folder_itself_may_be_a_link(root: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(root, target_is_directory=True)
    assert read_folder(link).fingerprint == read_folder(root).fingerprint


# Tables that cannot be read.


def test_the_message_counts_the_problems_and_lists_one_a_line(root: Path) -> None:
    (root / "images" / "q1" / "a.png").unlink()
    with pytest.raises(DatasetError) as caught:
        read_folder(root)
    assert str(caught.value) == (
        f"the dataset {root} has 1 problem:\n  labels.csv:2: no file images/q1/a.png"
    )
    (root / "images" / "q2" / "b.png").unlink()
    with pytest.raises(DatasetError) as caught:
        read_folder(root)
    assert str(caught.value) == (
        f"the dataset {root} has 2 problems:\n"
        "  labels.csv:2: no file images/q1/a.png\n"
        "  labels.csv:6: no file images/q2/b.png"
    )


def test_a_folder_that_does_not_exist_is_told_in_one_sentence(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "nowhere") == ("cannot be read (No such file or directory)",)


def test_a_file_in_place_of_the_folder_is_told_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    assert problems_of(path) == ("cannot be read (Not a directory)",)


def test_without_labels_it_is_said_how_to_write_them(root: Path) -> None:
    (root / "labels.csv").unlink()
    (problem,) = problems_of(root)
    assert problem.startswith("labels.csv: missing; it is a table with the columns query,image,ph")
    assert "flowers,img_1.jpg,rose" in problem
    assert "images/flowers/img_1.jpg" in problem


def test_of_a_folder_of_images_alone_it_is_said_where_they_belong(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        Image.new("RGB", (4, 4)).save(tmp_path / name)
    images, labels = problems_of(tmp_path)
    assert images == "images: missing; images lie in images/QUERY/, a folder for each query"
    assert labels.startswith("labels.csv: missing; it is a table")


def test_images_outside_of_a_folder_of_a_query_are_told_where_they_belong(root: Path) -> None:
    (root / "queries.csv").unlink()
    (root / "images" / "a.png").touch()
    assert problems_of(root) == (
        "images/a.png: not in the folder of a query; images lie in images/QUERY/",
    )


def test_an_empty_folder_of_images_is_told_once(root: Path) -> None:
    for folder in ("q1", "q2"):
        (root / "images" / folder).rename(root / folder)
    assert problems_of(root) == (
        "images: empty; images lie in images/QUERY/, a folder for each query",
    )


# Without queries.csv.


def test_without_queries_csv_the_queries_are_the_folders_and_their_names_the_titles(
    root: Path,
) -> None:
    (root / "queries.csv").unlink()
    for name in ("@eaDir", ".hidden"):
        (root / "images" / name).mkdir()
    assert [(q.slug, q.title) for q in read_folder(root).queries] == [("q1", "q1"), ("q2", "q2")]


@pytest.mark.parametrize("in_table", ["NFC", "NFD"])
@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
def test_a_folder_is_a_query_in_both_normal_forms(root: Path, in_table: str, on_disk: str) -> None:
    (root / "queries.csv").unlink()
    (root / "images" / "q2").rename(root / "images" / unicodedata.normalize(on_disk, "촛불"))
    slug = unicodedata.normalize(in_table, "촛불")
    write_labels(
        root, LABELS + f"q1,a.png,p\nq1,b.png,p\nq1,c.png,p\n{slug},a.png,p\n{slug},b.png,p\n"
    )
    assert [len(query.images) for query in read_folder(root).queries] == [3, 2]


def test_without_queries_csv_a_label_of_no_folder_is_told(root: Path) -> None:
    (root / "queries.csv").unlink()
    append_label(root, "q3,a.png,p")
    assert problems_of(root) == ("labels.csv:7: query 'q3' is not in images",)


def test_a_table_of_queries_that_cannot_be_read_is_one_problem(root: Path) -> None:
    write_queries(root, "slug,title\n")
    assert problems_of(root) == ("queries.csv:1: missing column query; found slug,title",)


def test_a_folder_in_place_of_a_table_is_no_table(root: Path) -> None:
    (root / "labels.csv").unlink()
    (root / "labels.csv").mkdir()
    assert problems_of(root) == (f"labels.csv: not a file inside {root}",)


def test_a_table_that_is_a_link_out_of_the_folder_is_not_read(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    (root / "labels.csv").rename(outside)
    (root / "labels.csv").symlink_to(outside)
    assert problems_of(root) == (f"labels.csv: not a file inside {root}",)


def test_a_table_larger_than_any_table_is_not_read(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_table, "MOST_BYTES", 20)
    assert "labels.csv: larger than the limit of 20 bytes" in problems_of(root)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "labels.csv:1: missing column query, image, photograph; the file is empty"),
        ("\ufeff", "labels.csv:1: missing column query, image, photograph; the file is empty"),
        (LABELS, "labels.csv: no rows below the header"),
        (LABELS + "\n\n", "labels.csv: no rows below the header"),
        ("query,image\nq1,a.png\n", "labels.csv:1: missing column photograph; found query,image"),
        (
            "query|image|photograph\n",
            "labels.csv:1: missing column query, image, photograph; found query|image|photograph",
        ),
        (
            "query,image,photograph,Image,note,note\n",
            "labels.csv:1: column image, note is there more than once",
        ),
        (
            LABELS.encode() + b"q1,caf\xe9.png,p\n",
            "labels.csv: not UTF-8 (byte 29), it looks like Latin-1 (Western); save it as UTF-8",
        ),
        (
            (LABELS + "q1,a.png,촛불 집회\n").encode("cp949"),
            "labels.csv: not UTF-8 (byte 32), it looks like CP949 (Korean); save it as UTF-8",
        ),
        (
            LABELS.encode("utf-16-le"),
            "labels.csv:1: it looks like UTF-16 without a byte order mark; save it as UTF-8",
        ),
        (
            (LABELS + "q1,a.png,집회\n").encode("utf-16-be"),
            "labels.csv: not UTF-8 (byte 64), it looks like UTF-16 without a byte order mark; save "
            "it as UTF-8",
        ),
        (LABELS.encode("utf-32"), "labels.csv: UTF-32; save it as UTF-8"),
        (LABELS.encode("utf-16") + b"x", "labels.csv: not UTF-16 (byte 48); save it as UTF-8"),
        (LABELS + 'q1,a.png,"p"1\n', "labels.csv:2: not CSV (',' expected after '\"')"),
        (
            LABELS + 'q1,a.png,p\nq1,b.png,"p\n\n\n',
            "labels.csv:3: not CSV (unexpected end of data)",
        ),
    ],
)
def test_a_table_that_cannot_be_read_is_reported(
    root: Path, text: str | bytes, problem: str
) -> None:
    write_labels(root, text)
    assert problems_of(root) == (problem,)


def test_the_table_of_queries_is_checked_in_the_same_way(root: Path) -> None:
    for text, problem in (
        (b"", "queries.csv:1: missing column query, title; the file is empty"),
        (b"query,title\n", "queries.csv: no rows below the header"),
        (b"query,name\nq1,First\n", "queries.csv:1: missing column title; found query,name"),
        (
            b"query,title\nq1,\xb0\xa1\n",
            "queries.csv: not UTF-8 (byte 15), it looks like CP949 (Korean); save it as UTF-8",
        ),
        (b'query,title\nq1,"a\n', "queries.csv:2: not CSV (unexpected end of data)"),
    ):
        write_queries(root, text)
        assert problems_of(root) == (problem,)


def test_a_row_with_another_number_of_values_than_columns_is_reported(root: Path) -> None:
    append_label(root, "q2,b.png", "q2,b.png,y,z,w")
    assert problems_of(root) == (
        "labels.csv:7: 2 values for 3 columns",
        "labels.csv:8: 5 values for 3 columns",
    )


def test_lines_are_counted_as_an_editor_does_with_titles_of_several_lines(root: Path) -> None:
    write_queries(root, QUERIES + 'q1,"a\n\nb"\n\nq2,Second\nq2,Again\n')
    assert problems_of(root) == ("queries.csv:7: duplicate query 'q2'",)


def test_lines_are_counted_the_same_with_crlf(root: Path) -> None:
    write_queries(root, QUERIES + 'q1,"a\r\n\r\nb"\r\n\r\nq2,Second\r\nq2,Again\r\n')
    assert problems_of(root) == ("queries.csv:7: duplicate query 'q2'",)


# Tables that do not fit the images.


def test_an_image_without_label_is_reported(root: Path) -> None:
    (root / "images" / "q1" / "d.png").write_bytes(b"")
    (root / "images" / "q2" / "notes.txt").write_bytes(b"")
    assert problems_of(root) == (
        f"images/q1/d.png: {NOT_LISTED}",
        f"images/q2/notes.txt: {NOT_LISTED}",
    )


def test_a_label_without_image_is_reported(root: Path) -> None:
    append_label(root, "q1,d.png,p")
    assert problems_of(root) == ("labels.csv:7: no file images/q1/d.png",)


def test_upper_and_lower_case_are_different(root: Path) -> None:
    if (root / "images" / "q1" / "A.PNG").exists():
        pytest.skip("this file system does not tell upper from lower case")
    (root / "images" / "q1" / "a.png").rename(root / "images" / "q1" / "A.png")
    assert problems_of(root) == (
        "labels.csv:2: no file images/q1/a.png",
        f"images/q1/A.png: {NOT_LISTED}",
    )


def test_an_image_labelled_twice_is_reported_with_both_lines(root: Path) -> None:
    append_label(root, "q1,a.png,p1", "q1,b.png,other")
    assert problems_of(root) == (
        "labels.csv:7: image 'a.png' is already in labels.csv:2",
        "labels.csv:8: image 'b.png' is already in labels.csv:3",
    )


def test_an_image_labelled_in_both_normal_forms_is_labelled_twice(root: Path) -> None:
    nfc, nfd = (unicodedata.normalize(form, "사진.png") for form in ("NFC", "NFD"))
    (root / "images" / "q2" / nfc).write_bytes((root / "images" / "q2" / "a.png").read_bytes())
    append_label(root, f"q2,{nfc},p", f"q2,{nfd},p")
    assert problems_of(root) == (f"labels.csv:8: image {nfd!r} is already in labels.csv:7",)


def test_two_files_whose_names_differ_in_the_normal_form_only_are_never_silently_one(
    root: Path,
) -> None:
    nfc, nfd = (
        root / "images" / "q2" / unicodedata.normalize(form, "사진.png") for form in ("NFC", "NFD")
    )
    nfc.write_bytes((root / "images" / "q2" / "a.png").read_bytes())
    if nfd.exists():
        pytest.skip("this file system does not tell the normal forms apart")
    nfd.write_bytes((root / "images" / "q2" / "b.png").read_bytes())
    append_label(root, f"q2,{nfc.name},p")
    (problem,) = problems_of(root)
    assert problem.startswith("images/q2/")
    assert unicodedata.normalize("NFC", problem).startswith("images/q2/사진.png: ")


@pytest.mark.parametrize(
    ("keep", "problem"),
    [
        ("q2,a.png,x\n", "labels.csv: query 'q2' needs 2 images, it has 1"),
        ("", "labels.csv: query 'q2' needs 2 images, it has 0"),
    ],
)
def test_a_query_needs_two_images(root: Path, keep: str, problem: str) -> None:
    write_labels(root, LABELS + "q1,a.png,p1\nq1,b.png,p1\nq1,c.png,p2\n" + keep)
    for path in (root / "images" / "q2").iterdir():
        if path.name not in keep:
            path.unlink()
    assert problems_of(root) == (problem,)


def test_a_query_of_the_labels_must_be_in_the_queries(root: Path) -> None:
    append_label(root, "q3,a.png,p", ",a.png,p")
    assert problems_of(root) == (
        "labels.csv:7: query 'q3' is not in queries.csv",
        "labels.csv:8: query '' is not in queries.csv",
    )


def test_a_folder_of_images_must_be_a_query(root: Path) -> None:
    (root / "images" / "q3").mkdir()
    (root / "images" / "a.png").write_bytes(b"")
    assert problems_of(root) == (
        "images/a.png: not a query of queries.csv",
        "images/q3: not a query of queries.csv",
    )


def test_a_query_without_a_folder_misses_every_image(root: Path) -> None:
    (root / "images" / "q2").rename(root / "images" / ".q2")
    assert problems_of(root) == (
        "labels.csv:5: no file images/q2/a.png",
        "labels.csv:6: no file images/q2/b.png",
    )


def test_a_photograph_may_be_empty(root: Path) -> None:
    whole = read_folder(root)
    write_labels(root, LABELS + "q1,a.png,p1\nq1,b.png,p1\nq1,c.png,\nq2,a.png,\nq2,b.png,\n")
    one, two = (dataset := read_folder(root)).queries
    assert one.photographs.tolist() == ["p1", "p1", ""]
    assert one.is_labelled.tolist() == [True, True, False]
    assert (len(two.images), two.is_labelled.tolist()) == (2, [False, False])
    assert dataset.n_unlabelled == 3
    assert dataset.fingerprint != whole.fingerprint


def test_without_two_labelled_images_in_any_query_there_is_nothing_to_score(root: Path) -> None:
    problem = (
        "labels.csv: no query has two images with a photograph, so there is nothing to score; "
        "images of a query that show the same one have the same text there"
    )
    for of_a in ("", "p1"):
        rows = f"q1,a.png,{of_a}\nq1,b.png,\nq1,c.png,\nq2,a.png,{of_a}\nq2,b.png,\n"
        write_labels(root, LABELS + rows)
        assert problems_of(root) == (problem,)


def test_a_photograph_with_a_nul_is_refused(root: Path) -> None:
    # NumPy's strings drop it at the end: two photographs would become one.
    write_labels(root, LABELS + "q1,a.png,p\nq1,b.png,p\0\nq1,c.png,q\nq2,a.png,x\nq2,b.png,y\n")
    problem = "labels.csv:3: photograph 'p\\x00' holds a NUL character"
    assert problems_of(root) == (problem,)


def test_a_folder_named_like_an_image_is_not_a_file(root: Path) -> None:
    (root / "images" / "q1" / "d.png").mkdir()
    append_label(root, "q1,d.png,p")
    assert problems_of(root) == ("labels.csv:7: images/q1/d.png is not a file",)


# Names that lead out of the folder.

PATH = "is a path; only a name inside its folder is possible"
BLANK = "begins or ends with white space"
BACKSLASH = "holds a backslash, which parts folders on Windows"
DRIVE = "begins like a drive of Windows"
FAULTY_NAMES = [
    ("..", PATH),
    (".", PATH),
    ("../x.jpg", PATH),
    ("../../etc/passwd", PATH),
    ("/etc/passwd", PATH),
    ("//host/share/x.jpg", PATH),
    ("sub/x.jpg", PATH),
    ("C:\\x.jpg", BACKSLASH),
    ("C:x.jpg", DRIVE),
    ("\\\\host\\share\\x.jpg", BACKSLASH),
    ("..\\x.jpg", BACKSLASH),
    ("sub\\x.jpg", BACKSLASH),
    ("\\x.jpg", BACKSLASH),
    ("./x.jpg", PATH),
    ("x.jpg/", PATH),
    ("x.jpg/.", PATH),
    ("x\0.jpg", "holds a NUL character"),
    ("", "is empty"),
    (" ", BLANK),
    (" x.jpg", BLANK),
    ("x.jpg ", BLANK),
    ("x.jpg\t", BLANK),
]


@pytest.mark.parametrize(("name", "fault"), FAULTY_NAMES, ids=[repr(n) for n, _ in FAULTY_NAMES])
def test_the_name_of_an_image_is_no_path(root: Path, name: str, fault: str) -> None:
    append_label(root, f"q1,{name},p")
    assert problems_of(root) == (f"labels.csv:7: image {name!r} {fault}",)


@pytest.mark.parametrize(("name", "fault"), FAULTY_NAMES, ids=[repr(n) for n, _ in FAULTY_NAMES])
def test_the_name_of_a_query_is_no_path(root: Path, name: str, fault: str) -> None:
    write_queries(root, f"{QUERIES}q1,First\nq2,Second\n{name},Third\n")
    assert problems_of(root) == (f"queries.csv:4: query {name!r} {fault}",)


@pytest.mark.parametrize("alias", ["./q1", "q1/", "q1/."])
def test_a_query_has_one_name_only(root: Path, alias: str) -> None:
    write_queries(root, f"{QUERIES}q1,First\nq2,Second\n{alias},Third\n")
    append_label(root, f"{alias},a.png,p1", f"{alias},b.png,p1", f"{alias},c.png,p1")
    assert problems_of(root)[0] == f"queries.csv:4: query {alias!r} {PATH}"


def test_nothing_outside_the_folder_is_read_through_a_name(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    monkeypatch.setattr(module, "read_rgb", read.append)
    monkeypatch.setattr(module, "file_sha256", read.append)
    outside = root.parent / "outside.png"
    outside.write_bytes((root / "images" / "q1" / "a.png").read_bytes())
    append_label(root, "q1,../../../outside.png,p", f"q1,{outside},p")
    assert len(problems_of(root)) == 2
    assert outside.resolve() not in [path.resolve() for path in read]


def test_a_linked_image_may_not_lead_out_of_the_folder(root: Path) -> None:
    outside = root.parent / "outside.png"
    (root / "images" / "q1" / "a.png").rename(outside)
    (root / "images" / "q1" / "a.png").symlink_to(outside)
    assert problems_of(root) == (f"labels.csv:2: images/q1/a.png leads out of {root}",)


def test_a_linked_query_may_not_lead_out_of_the_folder(root: Path) -> None:
    outside = root.parent / "outside"
    (root / "images" / "q2").rename(outside)
    (root / "images" / "q2").symlink_to(outside, target_is_directory=True)
    assert problems_of(root) == (
        f"labels.csv:5: images/q2/a.png leads out of {root}",
        f"labels.csv:6: images/q2/b.png leads out of {root}",
    )


def test_the_folder_of_images_may_not_be_a_link_out_of_the_folder(root: Path) -> None:
    outside = root.parent / "outside"
    (root / "images").rename(outside)
    (root / "images").symlink_to(outside, target_is_directory=True)
    assert problems_of(root) == tuple(
        f"labels.csv:{line}: images/{name} leads out of {root}"
        for line, name in enumerate(
            ["q1/a.png", "q1/b.png", "q1/c.png", "q2/a.png", "q2/b.png"], start=2
        )
    )


def test_a_link_to_nowhere_is_told(root: Path) -> None:
    (root / "images" / "q1" / "a.png").unlink()
    (root / "images" / "q1" / "a.png").symlink_to("gone.png")
    assert problems_of(root) == ("labels.csv:2: images/q1/a.png is a link to nothing",)


def test_a_link_to_itself_is_told(root: Path) -> None:
    (root / "images" / "q1" / "a.png").unlink()
    (root / "images" / "q1" / "a.png").symlink_to("a.png")
    (problem,) = problems_of(root)
    assert problem.startswith("labels.csv:2: images/q1/a.png cannot be read (Too many levels")


def test_a_query_whose_name_is_too_long_for_a_folder_misses_its_images(root: Path) -> None:
    slug = "q" * 300
    write_queries(root, f"{QUERIES}q1,First\nq2,Second\n{slug},Third\n")
    append_label(root, f"{slug},a.png,p", f"{slug},b.png,p")
    assert problems_of(root) == (
        f"labels.csv:7: no file images/{slug}/a.png",
        f"labels.csv:8: no file images/{slug}/b.png",
    )


@pytest.mark.parametrize("name", ["labels.csv", "queries.csv"])
def test_a_pipe_in_place_of_a_table_is_not_waited_for(root: Path, name: str) -> None:
    (root / name).unlink()
    os.mkfifo(root / name)
    assert problems_of(root)[0] == f"{name}: not a file inside {root}"


def test_pipes_and_sockets_in_place_of_images_are_not_waited_for(root: Path) -> None:
    for name in ("q1/a.png", "q2/b.png"):
        (root / "images" / name).unlink()
    os.mkfifo(root / "images" / "q1" / "a.png")
    with socket.socket(socket.AF_UNIX) as listening, contextlib.chdir(root / "images" / "q2"):
        listening.bind("b.png")
    assert problems_of(root) == (
        "labels.csv:2: images/q1/a.png is not a file",
        "labels.csv:6: images/q2/b.png is not a file",
    )


@pytest.mark.parametrize("place", ["images", "images/q1"])
def test_a_name_that_is_not_utf_8_is_told_with_its_bytes(root: Path, place: str) -> None:
    (root / place / os.fsdecode(b"caf\xe9.png")).touch()
    assert problems_of(root) == (f"{place}/caf\\xe9.png: the name is not UTF-8; rename it",)


def test_a_folder_that_is_not_utf_8_is_refused(root: Path) -> None:
    other = root.rename(root.parent / os.fsdecode(b"caf\xe9"))
    assert problems_of(other) == ("the path is not UTF-8; rename the folder, or make a link to it",)
    with pytest.raises(DatasetError, match=r"caf\\xe9 has 1 problem:"):
        read_folder(other)


def test_characters_that_cannot_be_seen_are_visible_in_a_problem(root: Path) -> None:
    (root / "images" / "q1" / "\x1b[2J\r\u202egnp.exe").touch()
    assert problems_of(root) == (f"images/q1/\\x1b[2J\\r\\u202egnp.exe: {NOT_LISTED}",)


def test_of_very_many_problems_the_first_are_shown_and_all_counted(root: Path) -> None:
    append_label(root, *(f"q1,{i}.png,p" for i in range(100_000)))
    with pytest.raises(DatasetError) as caught:
        read_folder(root)
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("has 100,000 problems:")
    assert len(lines) == 22
    assert lines[20] == "  labels.csv:26: no file images/q1/19.png"
    assert lines[21] == "  and 99,980 more"
    assert len(caught.value.problems) == 100_000


# Images that cannot be decoded.


def test_bytes_that_are_no_image_are_reported_with_file_and_line(root: Path) -> None:
    (root / "images" / "q1" / "b.png").write_bytes(b"<!DOCTYPE html>")
    assert problems_of(root) == (
        "labels.csv:3: images/q1/b.png: not an image that Pillow can read",
    )


def test_zero_bytes_are_reported_with_file_and_line(root: Path) -> None:
    (root / "images" / "q1" / "b.png").write_bytes(b"")
    assert problems_of(root) == ("labels.csv:3: images/q1/b.png: the file has zero bytes",)


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_a_truncated_image_is_reported_with_file_and_line(root: Path, ending: str) -> None:
    path = root / "images" / "q1" / f"d.{ending}"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:-1000])
    append_label(root, f"q1,d.{ending},p")
    (problem,) = problems_of(root)
    assert problem.startswith(f"labels.csv:7: images/q1/d.{ending}: cannot be decoded (")


def test_an_image_past_the_bomb_limit_is_reported_with_file_and_line(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The images of the folder have 24 x 16 pixels.
    Image.new("1", (30, 30)).save(root / "images" / "q1" / "b.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 24 * 16)
    (problem,) = problems_of(root)
    assert problem.startswith("labels.csv:3: images/q1/b.png: cannot be decoded (Image size (900 ")


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Give up an administrator's rights, who may read everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("labels.csv", "labels.csv: cannot be read (Permission denied)"),
        ("queries.csv", "queries.csv: cannot be read (Permission denied)"),
        ("images", "images: cannot be read (Permission denied)"),
        ("images/q2", "images/q2: cannot be read (Permission denied)"),
        ("images/q1/b.png", "labels.csv:3: images/q1/b.png: cannot be read (Permission denied)"),
    ],
)
def test_what_may_not_be_read_is_told_with_its_path(
    root: Path, monkeypatch: pytest.MonkeyPatch, path: str, problem: str
) -> None:
    # The folders above are for their owner alone.
    monkeypatch.chdir(root)
    Path(path).chmod(0)
    with as_nobody():
        problems = problems_of(Path())
    Path(path).chmod(0o700)
    assert problems[0] == problem


def test_every_undecodable_image_is_reported(root: Path) -> None:
    for name in ("q1/a.png", "q1/c.png", "q2/b.png"):
        (root / "images" / name).write_bytes(b"x")
    assert problems_of(root) == (
        "labels.csv:2: images/q1/a.png: not an image that Pillow can read",
        "labels.csv:4: images/q1/c.png: not an image that Pillow can read",
        "labels.csv:6: images/q2/b.png: not an image that Pillow can read",
    )


# All at once.


def test_all_problems_of_a_folder_are_reported_at_once(root: Path) -> None:
    write_queries(root, QUERIES + "q1,First\nq1,Again\n../q,Out\nq2,Second\nq4,Fourth\nq5\n")
    write_labels(
        root,
        LABELS
        + "q1,a.png,p1\nq1,b.png,p1\nq1,b.png,p2\nq1,gone.png,p1\nq2,a.png,x\nq2,b.png\n"
        + "q3,a.png,p\nq2,../b.png,y\nq1,folder.png,p1\n",
    )
    (root / "images" / "q1" / "folder.png").mkdir()
    (root / "images" / "q1" / "a.png").write_bytes(b"")
    (root / "images" / "q3").mkdir()
    # In whatever order.
    assert sorted(problems_of(root)) == sorted(
        [
            "queries.csv:3: duplicate query 'q1'",
            "queries.csv:4: query '../q' is a path; only a name inside its folder is possible",
            "queries.csv:7: 1 values for 2 columns",
            "labels.csv:7: 2 values for 3 columns",
            "labels.csv:4: image 'b.png' is already in labels.csv:3",
            "labels.csv:8: query 'q3' is not in queries.csv",
            "labels.csv:9: image '../b.png' is a path; only a name inside its folder is possible",
            "images/q3: not a query of queries.csv",
            "labels.csv:5: no file images/q1/gone.png",
            "labels.csv:10: images/q1/folder.png is not a file",
            f"images/q1/c.png: {NOT_LISTED}",
            "labels.csv: query 'q2' needs 2 images, it has 1",
            f"images/q2/b.png: {NOT_LISTED}",
            "labels.csv: query 'q4' needs 2 images, it has 0",
            "labels.csv:2: images/q1/a.png: the file has zero bytes",
        ]
    )


# What is remembered.


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Give the list of all images that are decoded from now on."""
    paths: list[Path] = []
    real = module.read_rgb

    def read_rgb(path: Path) -> object:
        paths.append(path)
        return real(path)

    monkeypatch.setattr(module, "read_rgb", read_rgb)
    return paths


def files(root: Path) -> list[Path]:
    return sorted((root / "images").rglob("*.png"))


def test_without_a_folder_to_remember_in_every_call_decodes_every_image(
    root: Path, decoded: list[Path]
) -> None:
    dataset = read_folder(root)
    assert sorted(decoded) == files(root)
    read_folder(root)
    assert len(decoded) == 2 * len(dataset.images)


def test_a_dataset_that_was_checked_is_not_decoded_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = tmp_path / "cache" / "checked"
    first = read_folder(root, checked)

    def fail(path: Path) -> None:
        raise AssertionError(f"{path} is decoded again")

    monkeypatch.setattr(module, "read_rgb", fail)
    assert read_folder(root, checked) == first
    # Wherever it lies.
    root.rename(tmp_path / "moved")
    assert read_folder(tmp_path / "moved", checked).fingerprint == first.fingerprint


def test_with_another_release_of_pillow_or_other_source_it_is_decoded_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decoded: list[Path]
) -> None:
    read_folder(root, tmp_path / "checked")
    for change in (
        lambda: monkeypatch.setattr(module.PIL, "__version__", "0.0.1"),
        lambda: monkeypatch.setattr(module, "source_sha256", lambda **_: "another"),
    ):
        change()
        decoded.clear()
        read_folder(root, tmp_path / "checked")
        assert sorted(decoded) == files(root)


def test_a_changed_image_is_checked_again(root: Path, tmp_path: Path) -> None:
    read_folder(root, tmp_path / "checked")
    path = root / "images" / "q1" / "a.png"
    path.write_bytes(path.read_bytes()[:-40])
    for _ in range(2):
        with pytest.raises(DatasetError, match=r"labels\.csv:2: images/q1/a\.png: cannot be dec"):
            read_folder(root, tmp_path / "checked")


def test_a_faulty_dataset_is_never_remembered(root: Path, tmp_path: Path) -> None:
    (root / "images" / "q1" / "a.png").write_bytes(b"x")
    with pytest.raises(DatasetError):
        read_folder(root, tmp_path / "checked")
    assert not list((tmp_path / "checked").glob("*"))
