"""Scenes of labels.csv and the verdicts of pairs.csv: what they decide, and what cannot be."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from fake_dataset import photograph_bytes
from hypothesis import given
from known_pairs import KnownPairs, known_pairs

from dupeval.dataset import Dataset, Label, Query
from dupeval.dataset.folder import read_folder
from dupeval.dataset.verdicts import LabelledNames, read_verdicts
from dupeval.errors import DatasetError

LABELS = "query,image,photograph,scene\n"
PAIRS = "query,image_a,image_b,verdict\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes one query q: `write(photographs, scenes, pairs)`."""

    def write(photographs: str, scenes: str = "", pairs: str | bytes = "") -> Path:
        labels = LABELS
        for name, photograph, scene in zip(
            "abcdefgh", photographs, scenes.ljust(len(photographs)), strict=False
        ):
            (tmp_path / "images/q").mkdir(parents=True, exist_ok=True)
            (tmp_path / f"images/q/{name}.png").write_bytes(photograph_bytes(name))
            labels += f"q,{name}.png,{photograph.strip()},{scene.strip()}\n"
        (tmp_path / "labels.csv").write_text(labels, encoding="utf-8")
        if pairs:
            content = pairs if isinstance(pairs, bytes) else (PAIRS + pairs).encode()
            (tmp_path / "pairs.csv").write_bytes(content)
        return tmp_path

    return write


def only(dataset: Dataset) -> Query:
    (query,) = dataset.queries
    return query


def said(root: Path) -> list[tuple[int, int, str]]:
    return [tuple(verdict) for verdict in only(read_folder(root)).verdicts]


def problems_of(root: Path) -> tuple[str, ...]:
    with pytest.raises(DatasetError) as caught:
        read_folder(root)
    return caught.value.problems


class TestScenes:
    def test_a_photograph_lies_in_the_scene_that_is_said_of_any_copy(self, write) -> None:
        query = only(read_folder(write("aab c", "g  gh")))
        assert [label.scene for label in query.labels] == ["g", "g", "", "g", "h"]

    def test_pairs_of_one_scene_and_different_photographs_are_counted(self, write) -> None:
        dataset = read_folder(write("aabc", "ggg"))
        assert dataset.has_scenes
        assert only(dataset).n_scene_pairs == 2

    def test_without_the_column_there_are_none(self, write) -> None:
        root = write("aab")
        text = (root / "labels.csv").read_text().replace(",scene", "").replace(",\n", "\n")
        (root / "labels.csv").write_text(text)
        dataset = read_folder(root)
        assert not dataset.has_scenes
        assert only(dataset).n_scene_pairs == 0

    def test_a_photograph_in_two_scenes_is_a_problem(self, write) -> None:
        assert problems_of(write("aaab", "ghig")) == (
            "labels.csv:3: photograph 'a' lies in scene 'h', but in 'g' in labels.csv:2; "
            "possible: one scene a photograph",
            "labels.csv:4: photograph 'a' lies in scene 'i', but in 'g' in labels.csv:2; "
            "possible: one scene a photograph",
        )

    def test_a_scene_with_a_nul_is_refused(self, write) -> None:
        assert problems_of(write("aab", "\0")) == (
            "labels.csv:2: scene '\\x00' holds a NUL character",
        )


class TestVerdicts:
    def test_are_in_the_order_of_the_images_whatever_the_lines(self, write) -> None:
        pairs = "q,d.png,a.png, Different \nq,c.png,a.png,SAME\nq,b.png,a.png,unsure\n"
        assert said(write("ab  ", pairs=pairs)) == [
            *[(0, 1, "unsure"), (0, 2, "same"), (0, 3, "different")]
        ]

    def test_are_read_as_a_spreadsheet_saves_them(self, write) -> None:
        text = "Verdict;Image_B;note;Image_A;query\nsame;c.png;;a.png;q\n;;;;\n"
        for content in (text.encode("utf-16"), text.replace(";", "\t").encode("utf-8-sig")):
            assert said(write("ab ", pairs=content)) == [(0, 2, "same")]

    def test_names_are_compared_in_one_unicode_form(self, write) -> None:
        root = write("ab ")
        (root / "images/q/c.png").rename(root / "images/q/\u00e9.png")
        labels = (root / "labels.csv").read_text().replace("c.png", "\u00e9.png")
        (root / "labels.csv").write_text(labels, encoding="utf-8")
        (root / "pairs.csv").write_text(f"{PAIRS}q,e\u0301.png,a.png,same\n", encoding="utf-8")
        assert said(root) == [(0, 2, "same")]

    def test_a_header_alone_says_nothing(self, write) -> None:
        root = write("aab", pairs=PAIRS.encode())
        with_header = read_folder(root).fingerprint
        (root / "pairs.csv").unlink()
        assert read_folder(root).fingerprint == with_header

    def test_unlabelled_images_can_be_scored_by_verdicts_alone(self, write) -> None:
        query = only(read_folder(write("   ", pairs="q,a.png,b.png,same\nq,a.png,c.png,scene\n")))
        assert query.is_scored
        assert (query.n_true_pairs, query.n_scene_pairs) == (1, 1)

    def test_withdrawing_every_pair_leaves_nothing_to_score(self, write) -> None:
        assert problems_of(write("aa ", pairs="q,a.png,b.png,unsure\n")) == (
            "pairs.csv: every pair is unsure; nothing is to score",
        )

    def test_what_cannot_be_a_verdict_is_told_all_at_once(self, write) -> None:
        pairs = (
            "q,a.png,c.png,maybe\nr,a.png,b.png,same\nq,x.png,y.png,same\nq,a.png,a.png,same\n"
            "q,a.png,c.png,same\nq,c.png,a.png,same\nq,a.png,b.png\n"
        )
        assert problems_of(write("ab ", pairs=pairs)) == (
            "pairs.csv:8: 3 values for 4 columns",
            "pairs.csv:2: verdict 'maybe' is none; possible: same, different, scene, unsure",
            "pairs.csv:3: query 'r' has no line in labels.csv",
            "pairs.csv:4: image 'x.png' is not in labels.csv",
            "pairs.csv:4: image 'y.png' is not in labels.csv",
            "pairs.csv:5: image 'a.png' is paired with itself",
            "pairs.csv:7: the pair of 'c.png' and 'a.png' is already in pairs.csv:6",
        )

    def test_a_table_without_its_columns_is_a_problem(self, write) -> None:
        assert problems_of(write("aab", pairs=b"query,image_a,image_b\n")) == (
            "pairs.csv:1: missing column verdict; found query,image_a,image_b",
        )

    def test_labels_may_be_repeated_and_scenes_added(self, write) -> None:
        pairs = "q,a.png,b.png,same\nq,a.png,c.png,different\nq,b.png,d.png,scene\n"
        query = only(read_folder(write("aabc", pairs=pairs)))
        assert (query.truth.counts.n, query.n_true_pairs, query.n_scene_pairs) == (6, 1, 2)

    @pytest.mark.parametrize(
        ("photographs", "scenes", "pairs", "problem"),
        [
            ("aab", "", "q,a.png,b.png,different", "'different' but show one photograph"),
            ("aab", "", "q,b.png,a.png,scene", "'scene' but show one photograph"),
            ("aab", "", "q,a.png,c.png,same", "'same' but show the photographs 'a' and 'b'"),
            ("abc", "gh", "q,a.png,b.png,scene", "'scene' but lie in the scenes 'g' and 'h'"),
            ("a b", "gh", "q,a.png,b.png,same", "'same' but lie in the scenes 'g' and 'h'"),
        ],
    )
    def test_what_contradicts_the_labels_is_a_problem(
        self, write, photographs: str, scenes: str, pairs: str, problem: str
    ) -> None:
        names = [f"{name!r}" for name in pairs.split(",")[1:3]]
        assert problems_of(write(photographs, scenes, f"{pairs}\n")) == (
            f"pairs.csv:2: {' and '.join(names)} are {problem}, by labels.csv",
        )

    @pytest.mark.parametrize(
        ("photographs", "scenes", "pairs", "problem"),
        [
            (
                "    aa",
                "",
                "q,a.png,c.png,different\nq,a.png,b.png,same\nq,b.png,c.png,same\n",
                "pairs.csv:2: 'a.png' and 'c.png' are 'different' but show one photograph, by "
                "pairs.csv:3, pairs.csv:4",
            ),
            (
                "a b",
                "",
                "q,a.png,b.png,same\nq,b.png,c.png,same\n",
                "pairs.csv:3: 'b.png' and 'c.png' are 'same' but show the photographs 'a' and "
                "'b', by labels.csv, pairs.csv:2",
            ),
            (
                "aa b",
                "",
                "q,a.png,c.png,same\nq,b.png,c.png,different\n",
                "pairs.csv:3: 'b.png' and 'c.png' are 'different' but show one photograph, by "
                "labels.csv, pairs.csv:2",
            ),
            (
                "a bc",
                "g h",
                "q,a.png,b.png,scene\nq,b.png,c.png,scene\n",
                "pairs.csv:3: 'b.png' and 'c.png' are 'scene' but lie in the scenes 'g' and "
                "'h', by labels.csv, pairs.csv:2",
            ),
        ],
        ids=["different", "two photographs", "a copy", "two scenes"],
    )
    def test_verdicts_that_contradict_each_other_are_a_problem(
        self, write, photographs: str, scenes: str, pairs: str, problem: str
    ) -> None:
        assert problems_of(write(photographs, scenes, pairs)) == (problem,)

    def test_of_many_lines_that_another_contradicts_a_few_are_named(self, write) -> None:
        pairs = "".join(f"q,{a}.png,{b}.png,same\n" for a, b in pairwise("abcdef"))
        assert problems_of(write(" " * 6, pairs=f"{pairs}q,f.png,a.png,different\n"))[-1] == (
            "pairs.csv:7: 'f.png' and 'a.png' are 'different' but show one photograph, by "
            "pairs.csv:2, pairs.csv:3, pairs.csv:4, others"
        )

    @given(known_pairs())
    def test_what_is_so_contradicts_nothing(
        self, tmp_path_factory: pytest.TempPathFactory, known: KnownPairs
    ) -> None:
        root = tmp_path_factory.mktemp("pairs")
        lines = [f"q,{v.second},{v.first},{v.said}\n" for v in known.verdicts]
        (root / "pairs.csv").write_text(PAIRS + "".join(lines), encoding="utf-8")
        labels = [Label(p, "", s) for p, s in zip(known.photographs, known.scenes, strict=True)]
        names = LabelledNames({str(i): i for i in range(len(labels))}, labels)
        problems: list[str] = []
        found = read_verdicts(root, {"q": names}, problems)
        assert problems == []
        assert found.get("q", ()) == tuple(sorted(known.verdicts))
