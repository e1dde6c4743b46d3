"""Whatever bytes a file or an answer holds, what reads it says what is wrong, or reads it.

``DUPEVAL_FUZZ=20000`` looks as long for each as people have patience for.
"""

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from fake_dataset import byte_copies
from fake_tools import FakeDistances, FakeGroups
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dupeval.dataset import Dataset
from dupeval.dataset.csv_table import read_table
from dupeval.dataset.folder import read_folder
from dupeval.dataset.importers.imagededup import read_imagededup
from dupeval.dataset.making.stamp import read_stamp
from dupeval.errors import DupevalError, NoScoresError
from dupeval.figures.saving import read_record
from dupeval.method.imported import ImportedMethod
from dupeval.store import Store
from dupeval.stored_run import StoredResultsError, open_run
from dupeval.timing import Stopwatch
from dupeval.tool.command import Command
from dupeval.tool.process import ToolProcess

N = int(os.environ.get("DUPEVAL_FUZZ", "100"))
fuzzed = settings(
    max_examples=N, deadline=None, suppress_health_check=list(HealthCheck), derandomize=N == 100
)
QUERIES = {"one": {"a.png": "p", "b.png": "p", "c.png": "q"}, "두": {"a.png": "p", "b.png": "q"}}

# Parts of what people and programs write, in any order, and bytes that nobody would.
PARTS = (
    *(
        b"query",
        b"image",
        b"photograph",
        b"edit",
        b"scene",
        b"group",
        b"setting",
        b",",
        b";",
        b"\t",
    ),
    *(b"\n", b"\r\n", b"\r", b'"', b'""', b"'", b"one", "두".encode(), b"a.png", b"b.png", b"\0"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"../", b"/", b"C:\\", b"images/one/a.png", b" "),
    *(
        b"\xff",
        b"\xed\xa0\x80",
        b"=1+1",
        b"1e400",
        b"-1",
        b"NaN",
        b"\x1b[31m",
        b"{",
        b"}",
        b"[",
        b"]",
    ),
    *("\u202e".encode(), "\u2028".encode(), "e\u0301".encode(), b"x" * 5000, b":", b"null"),
)
broken = st.one_of(
    st.binary(max_size=200), st.lists(st.sampled_from(PARTS), max_size=40).map(b"".join)
)
LABELS = b"query,image,photograph\n"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return byte_copies(tmp_path_factory.mktemp("fuzz") / "data", QUERIES)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("root") / "data"
    byte_copies(folder, QUERIES)
    return folder


@fuzzed
@given(broken, st.booleans())
@example(b'"' * 20_000, True)
def test_a_table(content: bytes, begins_well: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "labels.csv")
        file.write_bytes(LABELS * begins_well + content)
        problems: list[str] = []
        rows = read_table(Path(name), "labels.csv", ("query", "image", "photograph"), problems)
    assert rows or problems
    assert all(problem.startswith("labels.csv") for problem in problems)


@fuzzed
@given(broken, broken, st.sampled_from(["labels.csv", "queries.csv", "pairs.csv"]))
def test_a_datasets_tables(root: Path, content: bytes, more: bytes, name: str) -> None:
    columns = {
        "labels.csv": LABELS + b"one,a.png,p\none,b.png,p\n",
        "queries.csv": b"query,title\none,One\n",
        "pairs.csv": b"query,image_a,image_b,verdict\none,a.png,b.png,",
    }
    kept = {n: (root / n).read_bytes() for n in columns if (root / n).exists()}
    try:
        (root / name).write_bytes(columns[name] + content + more)
        try:
            read_folder(root)
        except DupevalError as error:
            assert str(error).isprintable() or "\n" in str(error)
    finally:
        for n in columns:
            (root / n).unlink(missing_ok=True)
            if n in kept:
                (root / n).write_bytes(kept[n])


@fuzzed
@given(broken, st.sampled_from([None, "csv", "blocks"]))
def test_an_import(dataset: Dataset, content: bytes, format_: Any) -> None:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "groups.csv")
        file.write_bytes(b"query,image,group\n" * (format_ == "csv") + content)
        queries: Sequence[Any] = dataset.queries
        try:
            ImportedMethod(file, format=format_).prepared(queries, [{}], Stopwatch("imported"))
        except (DupevalError, NoScoresError) as error:
            assert str(error)
        except UserWarning:
            pass


@fuzzed
@given(broken)
def test_the_truth_of_an_imported_dataset(root: Path, content: bytes) -> None:
    truth = root / "truth.json"
    truth.write_bytes(content)
    try:
        read_imagededup(root / "images" / "one", str(truth))
    except DupevalError:
        pass
    finally:
        truth.unlink()


@fuzzed
@given(broken, st.sampled_from(["lines", "blocks", "json", "csv"]))
@example(b"[" * 20_000, "json")
def test_what_a_command_prints(content: bytes, output: Any) -> None:
    command = Command(("true",), output=output)
    with tempfile.TemporaryDirectory() as name:
        images = [Path(name, f"{i:05d}.png") for i in range(3)]
        program = Path(name, "program")
        program.write_bytes(content)
        printing = Command(("/bin/cat", str(program)), output=output)
        assert command.output == printing.output
        try:
            answers = printing.answers(images)
        except NoScoresError as error:
            assert error.source == "failed"
        except UserWarning:
            return
        else:
            assert all(printing.problem(answer, 3) is None for answer in answers)


@fuzzed
@given(st.one_of(broken, json_values.map(lambda value: json.dumps(value).encode())))
@example(b"[" * 20_000)
def test_a_line_of_a_tools_process(line: bytes) -> None:
    process = ToolProcess(FakeDistances(""), 1.0)
    try:
        process._parsed(line)
    except NoScoresError as error:
        assert len(str(error)) < 1000


@fuzzed
@given(json_values)
@example(10**400)
@example([10**400, True, None])
def test_an_answer(answer: Any) -> None:
    for tool in (FakeDistances(""), FakeGroups("")):
        told = tool.problem(answer, 3)
        assert told is None or len(told) < 300


RUN: Mapping[str, Any] = {
    "parts": [
        {"dataset": {"fingerprint": "0", "name": "x"}, "protocols": {}, "configuration": {}},
    ],
    "outputs": {"a.csv": "0"},
}


@fuzzed
@given(st.sampled_from(["parts", "outputs", "seed"]), json_values, broken, st.booleans())
@example("parts", None, b"[" * 20_000, True)
def test_a_run_json(key: str, value: Any, content: bytes, is_other: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        other = json.dumps({**RUN, key: value}).encode()
        Path(name, "run.json").write_bytes(content if is_other else other)
        Path(name, "a.csv").write_bytes(content)
        with suppress(StoredResultsError):
            open_run(Path(name), "table1", ["a.csv"]).table("a.csv", ["x"])


@fuzzed
@given(broken, json_values)
@example(b"[" * 20_000, None)
def test_other_records(content: bytes, value: Any) -> None:
    with tempfile.TemporaryDirectory() as name:
        for written in (content, json.dumps(value).encode()):
            Path(name, "figures.json").write_bytes(written)
            assert read_record(Path(name), "0") == {}
            Path(name, "stamp.json").write_bytes(written)
            assert read_stamp(Path(name), Stamped()) == {}  # type: ignore[arg-type]


class Stamped:
    """What `read_stamp` needs of a recipe."""

    what = "nothing"
    stamp_file = "stamp.json"


@fuzzed
@given(broken, st.integers(0, 2**64 - 1))
@pytest.mark.filterwarnings("ignore:.* is damaged and is computed again")
def test_an_entry_of_a_store(content: bytes, length: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        store = Store(Path(name))
        path = store._path("{}")
        path.parent.mkdir(parents=True)
        for begin in (b"", length.to_bytes(8, "little"), len(content).to_bytes(8, "little")):
            path.write_bytes(begin + content)
            assert store.get({}) is None
