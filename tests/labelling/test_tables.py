"""Labels as tables, and back."""

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from label_images import images_of, labels_of, said, same, sha
from label_page import proposing, session_of

from dupeval.dataset.folder import read_folder
from dupeval.errors import InputError
from dupeval.labelling.answers import Answer
from dupeval.labelling.images import Images, Shown
from dupeval.labelling.labels import Labels
from dupeval.labelling.tables import imported, labels_csv, pairs_csv


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def photographs(content: bytes) -> list[str]:
    return [row["photograph"] for row in rows(content)]


class TestExport:
    def test_a_photograph_is_called_by_the_number_of_its_first_image(self) -> None:
        labels = labels_of(5, same(1, 1, 3, others=(4,)))
        assert photographs(labels_csv(labels, finished=True)) == [
            "p001",
            "p002",
            "p003",
            "p002",
            "p005",
        ]
        labels.add(said(2, 0, 2, "same"))
        assert photographs(labels_csv(labels, finished=True)) == [
            "p001",
            "p002",
            "p001",
            "p002",
            "p005",
        ]

    def test_before_the_end_an_image_that_no_answer_names_is_unlabelled(self) -> None:
        labels = labels_of(5, same(1, 1, 3, others=(4,)))
        assert photographs(labels_csv(labels, finished=False)) == ["", "p002", "", "p002", "p005"]

    def test_names_of_a_table_stay_and_are_given_to_no_other(self) -> None:
        labels = labels_of(4, Answer(1, "import", (2, 3), keys=0, photograph="p001"))
        assert photographs(labels_csv(labels, finished=True)) == ["p001_", "p002", "p001", "p001"]

    def test_scenes_join_photographs(self) -> None:
        labels = labels_of(6, same(1, 0, 1), said(2, 1, 2, "scene"), said(3, 2, 3, "scene"))
        labels.add(Answer(4, "import", (4,), keys=0, photograph="x", scene="old town"))
        table = rows(labels_csv(labels, finished=True))
        assert [row["scene"] for row in table] == ["s001"] * 4 + ["old town", ""]

    def test_without_scenes_there_is_no_such_column(self) -> None:
        table = rows(labels_csv(labels_of(3, said(1, 0, 1, "different")), finished=True))
        assert list(table[0]) == ["query", "image", "photograph"]

    def test_all_pairs_of_two_photographs_are_unsure_that_nobody_can_tell_apart(self) -> None:
        labels = labels_of(4, same(1, 0, 1), said(2, 1, 2, "unsure"))
        assert [
            (row["image_a"], row["image_b"], row["verdict"]) for row in rows(pairs_csv(labels))
        ] == [
            *(("0.png", "2.png", "unsure"), ("1.png", "2.png", "unsure")),
        ]

    def test_is_a_dataset_folder_together_with_the_images(
        self, made: Path, cache: Path, tmp_path: Path, apart
    ) -> None:
        with session_of(made, tmp_path / "out", cache, proposing(apart)) as session:
            numbers = {shown.names[0]: i for i, shown in enumerate(session.images.all)}
            labels = session.labels
            answers = [
                same(1, *(numbers[f"a{i}.png"] for i in (1, 2, 3))),
                said(2, numbers["b1.png"], numbers["c1.png"], "scene"),
                said(3, numbers["e1.png"], numbers["d1.png"], "unsure"),
            ]
            for answer in answers:
                labels.add(answer)
            tables = {"labels.csv": labels_csv(labels, True), "pairs.csv": pairs_csv(labels)}
        root = tmp_path / "root"
        shutil.copytree(made, root)
        for name, content in tables.items():
            (root / name).write_bytes(content)
        second, first = read_folder(root).queries
        assert (second.slug, first.title) == ("second", "첫째")
        assert first.n_true_pairs == 3
        assert first.n_scene_pairs == 1
        assert [verdict.said for verdict in second.verdicts] == ["unsure"]


class TestImport:
    @pytest.fixture
    def tables(self, tmp_path: Path) -> Callable[..., Path]:
        def write(*lines: str, pairs: tuple[str, ...] = ()) -> Path:
            header = "query,image,photograph,scene\n"
            (tmp_path / "labels.csv").write_text(header + "".join(f"{x}\n" for x in lines))
            if pairs:
                header = "query,image_a,image_b,verdict\n"
                (tmp_path / "pairs.csv").write_text(header + "".join(f"{x}\n" for x in pairs))
            return tmp_path

        return write

    def test_what_was_exported_is_the_same_again(self, tmp_path: Path) -> None:
        labels = labels_of(
            7, same(1, 0, 1, others=(2,)), said(2, 2, 3, "scene"), said(3, 3, 4, "unsure")
        )
        content = labels_csv(labels, True), pairs_csv(labels)
        for name, table in zip(("labels.csv", "pairs.csv"), content, strict=True):
            (tmp_path / name).write_bytes(table)
        again = Labels(images_of(7), "seed", imported(tmp_path, images_of(7), 1))
        assert (labels_csv(again, False), pairs_csv(again)) == content
        assert again.n_keys == 0
        assert again.settled() == set(range(7))

    def test_unlabelled_images_and_those_that_are_not_there_are_passed_over(self, tables) -> None:
        root = tables("q0,0.png,x,", "q0,1.png,,", "q0,9.png,x,", "other,0.png,x,", "q0,2.png,x,s")
        (answer,) = imported(root, images_of(4), 5)
        assert (answer.id, answer.images, answer.photograph, answer.scene) == (5, (0, 2), "x", "s")

    def test_files_of_equal_bytes_are_one_image(self, tables) -> None:
        images = Images.of([], [Shown("q", sha("x"), ("1.png", "2.png", "3.png"))], {"q": "Q"})
        (answer,) = imported(tables("q,1.png,,", "q,2.png,x,", "q,3.png,x,"), images, 1)
        assert (answer.images, answer.photograph) == ((0,), "x")
        with pytest.raises(InputError, match=r"labels.csv:3: '3.png' has the bytes of another"):
            list(imported(tables("q,1.png,x,", "q,3.png,y,"), images, 1))

    def test_verdicts_on_pairs(self, tables) -> None:
        root = tables(
            "q0,0.png,x,", "q0,1.png,y,", pairs=("q0,2.png,0.png,same", "q0,3.png,2.png,different")
        )
        labels = Labels(images_of(4), "seed", imported(root, images_of(4), 1))
        assert labels.links.together(0, 2)
        assert labels.links.apart(1, 2)
        assert labels.links.apart(3, 0)

    @pytest.mark.parametrize(
        ("pair", "problem"),
        [
            ("q0,0.png,1.png,same", "show the photographs 'x' and 'y'"),
            ("q0,0.png,1.png,perhaps", "verdict 'perhaps' is none"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_line(self, tables, pair: str, problem: str) -> None:
        root = tables("q0,0.png,x,", "q0,1.png,y,", pairs=(pair,))
        with pytest.raises(InputError, match=f"pairs.csv:2: .*{problem}"):
            list(imported(root, images_of(4), 1))
