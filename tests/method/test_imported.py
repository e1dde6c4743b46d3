"""Groups that were found elsewhere and written down."""

import math
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_dataset import byte_copies
from given import groups_of, worked
from pydantic import ValidationError

from dupeval.dataset import Dataset
from dupeval.engine.curves import ScoredAnswers
from dupeval.engine.rehearsal import Rehearsal
from dupeval.errors import InputError, NoScoresError
from dupeval.files import file_sha256
from dupeval.method import Resources
from dupeval.method.imported import ImportedMethod
from dupeval.protocol.fixed import Fixed
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.timing import Stopwatch

KOREAN = "사진.jpg"
QUERIES = {
    "one": {"A.JPG": "p", "b c.png": "p", KOREAN: "q", "d.gif": "r"},
    "두번째": {"a.png": "p", "b.png": "q", "c.png": "p"},
}


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return byte_copies(tmp_path / "data", QUERIES)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "groups.csv"


def write(file: Path, text: str, encoding: str = "utf-8") -> None:
    file.write_text(text, encoding=encoding, newline="")


def answers_of(file: Path, dataset: Dataset, **settings: Any) -> ScoredAnswers:
    resources = Resources(file.parent / "cache")
    return worked(ImportedMethod(file, **settings), dataset, resources, Stopwatch("visipics"))


def groups(answers: ScoredAnswers, setting: str | None = None) -> list[list[int]]:
    params = None if setting is None else {"setting": setting}
    return [groups_of(answers, q, math.nan, params) for q in range(answers.folds.n_queries)]


def problems(file: Path, dataset: Dataset, **settings: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        answers_of(file, dataset, **settings)
    assert str(caught.value).startswith(f"the import {file} has {len(caught.value.problems)} ")
    return list(caught.value.problems)


PLAIN = "query,image,group\none,A.JPG,1\none,b c.png,1\n두번째,a.png,x\n두번째,c.png,x\n"
FOUND = [[0, 0, 1, 2], [0, 1, 0]]


class TestARow:
    def test_puts_an_image_into_a_group_and_images_without_one_are_alone(
        self, dataset: Dataset, file: Path
    ) -> None:
        write(file, PLAIN)
        assert groups(answers_of(file, dataset)) == FOUND

    def test_says_group_by_any_name_and_groups_of_two_queries_are_two(
        self, dataset: Dataset, file: Path
    ) -> None:
        write(file, PLAIN.replace(",1\n", ',"그룹 ""1"""\n').replace(",x\n", ',"그룹 ""1"""\n'))
        assert groups(answers_of(file, dataset)) == FOUND

    def test_with_neither_image_nor_group_says_that_nothing_was_found_in_a_query(
        self, dataset: Dataset, file: Path
    ) -> None:
        write(file, "query,image,group\none,,\n두번째,a.png,x\n두번째,c.png,x\n")
        assert groups(answers_of(file, dataset)) == [[0, 1, 2, 3], FOUND[1]]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
    @pytest.mark.parametrize("newline", ["\n", "\r\n"])
    def test_is_read_as_spreadsheets_write_it(
        self, dataset: Dataset, file: Path, encoding: str, newline: str
    ) -> None:
        write(file, PLAIN.replace("\n", newline) + newline, encoding)
        assert groups(answers_of(file, dataset)) == FOUND

    def test_may_have_its_columns_in_another_order_beside_others(
        self, dataset: Dataset, file: Path
    ) -> None:
        rows = [line.split(",") for line in PLAIN.splitlines()]
        write(file, "".join(f"{group},note,{image},{query}\n" for query, image, group in rows))
        assert groups(answers_of(file, dataset)) == FOUND


class TestAnImage:
    @pytest.mark.parametrize(
        "text",
        [
            "A.JPG",
            "a.jpg",
            " A.JPG ",
            r"C:\Users\Kim\Bilder\one\A.JPG",
            r"\\server\share\one\a.Jpg",
            "/home/kim/one/A.JPG",
            "one/A.JPG",
            r"one\A.JPG",
        ],
    )
    def test_is_meant_whatever_its_folder_and_the_case_of_its_letters(
        self, dataset: Dataset, file: Path, text: str
    ) -> None:
        write(file, PLAIN.replace("one,A.JPG", f"one,{text}"))
        assert groups(answers_of(file, dataset)) == FOUND

    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    def test_is_meant_in_either_form_of_unicode_and_so_is_a_query(
        self, dataset: Dataset, file: Path, form: Any
    ) -> None:
        text = "query,image,group\none,사진.JPG,1\none,d.gif,1\n두번째,,\n"
        write(file, unicodedata.normalize(form, text))
        assert groups(answers_of(file, dataset)) == [[0, 1, 2, 2], [0, 1, 2]]

    def test_of_two_whose_names_differ_in_case_only_is_the_one_with_the_exact_name(
        self, file: Path, tmp_path: Path
    ) -> None:
        images = {"a.png": "p", "A.png": "q", "A.PNG": "p", "b.png": "q"}
        dataset = byte_copies(tmp_path / "cases", {"q": images})
        write(file, "query,image,group\nq,X:\\A.png,1\nq,b.png,1\n")
        assert groups(answers_of(file, dataset)) == [[0, 1, 2, 1]]
        write(file, "query,image,group\nq,a.Png,1\nq,b.png,1\n")
        assert problems(file, dataset) == ["groups.csv:2: query 'q' has no image 'a.Png'"]

    def test_is_in_no_more_than_one_group(self, dataset: Dataset, file: Path) -> None:
        write(file, PLAIN + "one,C:\\a.jpg,2\n")
        assert problems(file, dataset) == [
            r"groups.csv:6: image 'C:\\a.jpg' is already in groups.csv:2"
        ]


class TestAQuery:
    @pytest.mark.parametrize("text", ["ONE", " One "])
    def test_is_meant_whatever_the_case_of_its_letters(
        self, dataset: Dataset, file: Path, text: str
    ) -> None:
        write(file, PLAIN.replace("one,", f"{text},"))
        assert groups(answers_of(file, dataset)) == FOUND

    def test_of_two_whose_names_differ_in_case_only_is_the_one_with_the_exact_name(
        self, file: Path, tmp_path: Path
    ) -> None:
        images = {"a.png": "p", "b.png": "p", "c.png": "q"}
        dataset = byte_copies(tmp_path / "cases", {"Sea": images, "sea": images})
        write(file, "query,image,group\nSea,a.png,1\nSea,b.png,1\nsea,b.png,1\nsea,c.png,1\n")
        assert groups(answers_of(file, dataset)) == [[0, 0, 1], [0, 1, 1]]
        write(file, "query,image,group\nSea,,\nsea,,\nSEA,a.png,1\n")
        assert problems(file, dataset) == ["groups.csv:4: no query 'SEA'; possible: Sea, sea"]

    def test_that_is_left_out_is_a_problem_for_it_may_have_been_forgotten(
        self, dataset: Dataset, file: Path
    ) -> None:
        write(file, "query,image,group\n두번째,a.png,x\n")
        assert problems(file, dataset) == [
            "groups.csv: no row of query 'one'; where the tool found nothing: one,,"
        ]


SETTINGS = (
    "query,image,group,setting\n"
    "one,,,strict\n두번째,,,strict\n"
    "one,A.JPG,1,basic\none,b c.png,1,basic\n두번째,a.png,1,basic\n두번째,c.png,1,basic\n"
    "one,A.JPG,1,loose\none,d.gif,1,loose\n두번째,a.png,1,loose\n두번째,b.png,1,loose\n"
)


class TestSettings:
    def test_are_what_protocols_choose_among_and_the_files_first_is_the_default(
        self, dataset: Dataset, file: Path
    ) -> None:
        write(file, SETTINGS)
        answers = {"it": answers_of(file, dataset)}
        names = ["strict", "basic", "loose"]
        assert [p["setting"] for p in answers["it"].method.cut_candidates] == names
        assert groups(answers["it"], "basic") == FOUND
        assert groups(answers["it"], "loose") == [[0, 1, 2, 0], [0, 0, 1]]
        assert [d.params for d in Fixed().decide("it", answers)] == [{"setting": "strict"}] * 2
        decisions = LeaveOneQueryOut().decide("it", answers)
        assert [d.params for d in decisions] == [{"setting": "basic"}] * 2

    def test_have_a_default_that_can_be_named(self, dataset: Dataset, file: Path) -> None:
        write(file, SETTINGS)
        answers = {"it": answers_of(file, dataset, setting="loose")}
        assert Fixed().decide("it", answers)[0].params == {"setting": "loose"}

    def test_are_text_even_where_the_default_is_given_as_a_number(
        self, dataset: Dataset, file: Path
    ) -> None:
        write(file, SETTINGS.replace("strict", "75").replace("loose", "0.5"))
        for number in (75, 0.5):
            answers = {"it": answers_of(file, dataset, setting=number)}
            assert Fixed().decide("it", answers)[0].params == {"setting": str(number)}

    def test_lists_what_is_possible_for_a_default_that_is_not_there(
        self, dataset: Dataset, file: Path
    ) -> None:
        write(file, SETTINGS)
        assert problems(file, dataset, setting="lose") == [
            "no setting 'lose'; in the file: 'strict', 'basic', 'loose'"
        ]

    def test_must_each_cover_every_query(self, dataset: Dataset, file: Path) -> None:
        write(file, SETTINGS.replace("두번째,,,strict\n", ""))
        assert problems(file, dataset) == [
            "groups.csv: no row of query '두번째' with setting 'strict'; where the tool found "
            "nothing: 두번째,,"
        ]

    def test_an_image_may_be_in_a_group_of_each(self, dataset: Dataset, file: Path) -> None:
        write(file, SETTINGS + "one,A.JPG,2,loose\n")
        assert problems(file, dataset) == [
            "groups.csv:12: image 'A.JPG' is already in groups.csv:8"
        ]

    def test_without_such_a_column_there_is_one(self, dataset: Dataset, file: Path) -> None:
        write(file, PLAIN)
        assert answers_of(file, dataset).method.cut_candidates == [{"setting": ""}]


class TestProblems:
    def test_are_all_told_at_once_each_with_its_line(self, dataset: Dataset, file: Path) -> None:
        write(
            file,
            "query,image,group\n"
            "one,A.JPG,1\n"
            "one,nothing.png,1\n"
            "three,a.png,1\n"
            "one,a.jpg,2\n"
            "one,d.gif,\n"
            "one,,7\n"
            "one,b c.png\n",
        )
        assert problems(file, dataset) == [
            "groups.csv:8: 2 values for 3 columns",
            "groups.csv:3: query 'one' has no image 'nothing.png'",
            "groups.csv:4: no query 'three'; possible: one, 두번째",
            "groups.csv:5: image 'a.jpg' is already in groups.csv:2",
            "groups.csv:6: image 'd.gif' has no group",
            "groups.csv:7: query 'one' has no image ''",
            "groups.csv: no row of query '두번째'; where the tool found nothing: 두번째,,",
        ]

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (b"", "groups.csv:1: missing column query, image, group; the file is empty"),
            (b"query,image\n", "groups.csv:1: missing column group; found query,image"),
            (b"query,image,group\n", "groups.csv: no rows below the header"),
            (
                b"query,image,group\n\xff",
                "groups.csv: not UTF-8 (byte 18), it looks like Latin-1 (Western); save it as "
                "UTF-8",
            ),
            (b'query,image,group\n"one', "groups.csv:2: not CSV (unexpected end of data)"),
        ],
    )
    def test_of_the_whole_file_are_told_alone(
        self, dataset: Dataset, file: Path, content: bytes, expected: str
    ) -> None:
        file.write_bytes(content)
        assert problems(file, dataset) == [expected]

    def test_include_a_file_that_is_not_there(self, dataset: Dataset, file: Path) -> None:
        assert problems(file, dataset) == [
            "groups.csv: missing; it is a CSV file of query,image,group"
        ]

    def test_of_images_with_line_breaks_in_their_names_stay_on_one_line(
        self, dataset: Dataset, file: Path
    ) -> None:
        write(file, PLAIN + '"o\nne","x\ny",1\none,"x\ny",1\n')
        assert problems(file, dataset) == [
            r"groups.csv:6: no query 'o\nne'; possible: one, 두번째",
            r"groups.csv:9: query 'one' has no image 'x\ny'",
        ]


BLOCKS = (
    "/home/kim/images/one/A.JPG\nimages/one/b c.png\n\nimages/두번째/a.png\nimages/두번째/c.png\n\n"
)


class TestBlocks:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "groups.txt"

    @pytest.mark.parametrize("newline", ["\n", "\r\n"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
    @pytest.mark.parametrize("end", [0, 1, 2])
    def test_are_groups_of_paths_whose_folder_is_the_query(
        self, dataset: Dataset, file: Path, newline: str, encoding: str, end: int
    ) -> None:
        write(file, (BLOCKS.rstrip("\n") + end * "\n").replace("\n", newline), encoding)
        assert groups(answers_of(file, dataset)) == FOUND

    def test_are_meant_by_paths_of_windows_in_any_case_and_form_of_unicode(
        self, dataset: Dataset, file: Path
    ) -> None:
        text = BLOCKS.replace("/home/kim/images/", "C:\\ONE\\x\\").replace("/", "\\").upper()
        write(file, unicodedata.normalize("NFD", text))
        assert groups(answers_of(file, dataset)) == FOUND

    @pytest.mark.parametrize("name", ["a  b.png", "a\u2028b.png", "query,image,group"])
    def test_names_stay_whole(self, file: Path, tmp_path: Path, name: str) -> None:
        odd = byte_copies(tmp_path / "odd", {"q": {name: "p", "b.png": "p", "c.png": "q"}})
        write(file, f"{name}\nsomewhere/c.png\n")
        found = groups(answers_of(file, odd, format="blocks"))[0]
        named = [image.name for image in odd.queries[0].images]
        assert (
            found[named.index(name)] == found[named.index("c.png")] != found[named.index("b.png")]
        )

    def test_that_name_several_queries_are_a_group_in_each(
        self, dataset: Dataset, file: Path
    ) -> None:
        write(file, BLOCKS.replace("\n\n", "\n"))
        assert groups(answers_of(file, dataset)) == FOUND

    def test_of_no_image_of_a_query_are_told(self, dataset: Dataset, file: Path) -> None:
        write(file, BLOCKS.partition("\n\n")[0])
        with pytest.warns(UserWarning, match="nothing counts as found") as caught:
            assert groups(answers_of(file, dataset)) == [FOUND[0], [0, 1, 2]]
        assert [str(warning.message) for warning in caught] == [
            "visipics: groups.txt has no image of 1 of 2 queries, in which nothing counts as "
            "found: '두번째'"
        ]

    def test_may_be_none(self, dataset: Dataset, file: Path) -> None:
        write(file, "")
        with pytest.warns(UserWarning, match="has no image of 2 of 2 queries"):
            assert groups(answers_of(file, dataset, format="blocks")) == [[0, 1, 2, 3], [0, 1, 2]]
        assert problems(file, dataset) == [
            "groups.txt:1: missing column query, image, group; the file is empty"
        ]

    def test_have_problems_with_their_lines(self, dataset: Dataset, file: Path) -> None:
        write(file, BLOCKS + "x/A.JPG\n\none/A.JPG\none/x.png\n\n12 bytes each:\n")
        assert problems(file, dataset) == [
            "groups.txt:7: no folder of 'x/A.JPG' is called as a query; possible: one, 두번째",
            "groups.txt:9: image 'one/A.JPG' is already in groups.txt:1",
            "groups.txt:10: query 'one' has no image 'one/x.png'",
            "groups.txt:12: no folder of '12 bytes each:' is called as a query; possible: one, "
            "두번째",
        ]

    @pytest.mark.parametrize(
        ("make", "expected"),
        [
            (lambda file: None, "missing"),
            (lambda file: file.mkdir(), "not a file"),
            (lambda file: file.write_bytes(b"a\n\xff"), "not UTF-8 (byte 2); save it as UTF-8"),
        ],
    )
    def test_in_a_file_that_cannot_be_read_are_a_problem(
        self, dataset: Dataset, file: Path, make: Callable[[Path], object], expected: str
    ) -> None:
        make(file)
        assert problems(file, dataset, format="blocks") == [f"groups.txt: {expected}"]

    def test_in_a_file_for_tables_are_recognised(self, dataset: Dataset, tmp_path: Path) -> None:
        file = tmp_path / "groups.csv"
        write(file, BLOCKS)
        (problem,) = problems(file, dataset)
        assert problem.endswith(
            "; it looks like blocks of paths: give methods.visipics.format=blocks"
        )
        assert groups(answers_of(file, dataset, format="blocks")) == FOUND

    def test_are_told_from_a_table_whatever_the_files_name(
        self, dataset: Dataset, file: Path
    ) -> None:
        write(file, PLAIN)
        assert groups(answers_of(file, dataset)) == FOUND


class TestWithoutAFile:
    @pytest.mark.parametrize("stands_in", ["published", "missing"])
    def test_there_are_no_figures_and_the_reason_says_what_to_give(
        self, dataset: Dataset, tmp_path: Path, stands_in: Any
    ) -> None:
        method = ImportedMethod(without_file=stands_in)
        with pytest.raises(NoScoresError) as caught:
            worked(method, dataset, Resources(tmp_path), Stopwatch("visipics"))
        assert caught.value.source == stands_in
        assert str(caught.value) == (
            "nothing to import: give methods.visipics.file=FILE.csv; data/README.md tells how to "
            "make it"
        )
        assert method.description == {}

    def test_any_other_stand_in_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="'published' or 'missing'"):
            ImportedMethod(without_file="measured")  # type: ignore[arg-type]


def test_it_is_external_and_imported_and_described_by_its_file(
    dataset: Dataset, file: Path
) -> None:
    write(file, PLAIN)
    method = ImportedMethod(file)
    assert (method.external, method.source) == (True, "imported")
    assert method.description == {"file": "groups.csv", "sha256": file_sha256(file)}
    # What answers says the same of itself.
    prepared = answers_of(file, dataset).method
    assert (prepared.external, prepared.source) == (True, "imported")
    assert prepared.description == method.description
    assert math.isnan(prepared.cut or 0.0)


def test_it_is_timed(dataset: Dataset, file: Path) -> None:
    write(file, PLAIN)
    watch = Stopwatch("it")
    worked(ImportedMethod(file), dataset, Resources(file.parent), watch)
    assert [(timing.method, timing.stage) for timing in watch.timings] == [("it", "import")]


def test_a_rehearsal_shows_without_a_file_what_protocols_can_do() -> None:
    rehearsed = {"it": Rehearsal(ImportedMethod(), [3, 4])}
    assert len(LeaveOneQueryOut().decide("it", rehearsed)) == 2
    assert len(Fixed().decide("it", rehearsed)) == 2


def test_it_answers_nothing_before_it_is_prepared() -> None:
    with pytest.raises(ValueError, match="answers once it is prepared"):
        ImportedMethod().answers(None, None, [{}])  # type: ignore[arg-type]
