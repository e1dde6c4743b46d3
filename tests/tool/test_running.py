"""A tool on all queries of a dataset, and what is not asked again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fake_dataset import byte_copies, content_of, files_of
from fake_program import COUNTED, EQUAL_FILES, fake_program, starts
from fake_tools import FakeDistances, FakeGroups, NeedsAPackage

from dupeval.dataset import Dataset, ImageHandle, Label
from dupeval.errors import NoScoresError
from dupeval.tool import Tool
from dupeval.tool.cache import ReplyCache
from dupeval.tool.command import Command
from dupeval.tool.process import Reply
from dupeval.tool.running import reply_key, run_tool
from dupeval.tool.view import in_order

# Programs that count their starts write beside themselves.
pytestmark = pytest.mark.usefixtures("without_namespaces")

QUERIES = {
    "one": {"a.png": "p", "b.png": "q", "c.png": "p"},
    "두번째": {"a.png": "r", "b.png": "r"},
    "three": {"a.png": "s", "b.png": "t"},
}


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return byte_copies(tmp_path / "data", QUERIES)


@pytest.fixture
def cache(tmp_path: Path) -> ReplyCache:
    return ReplyCache(tmp_path / "cache")


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Give a tool that counts its starts."""
    return Command((fake_program(tmp_path / "program", COUNTED), "{images}"))


def started(command: Command) -> int:
    return starts(command.arguments[0])


def groups(replies: list[Reply], dataset: Dataset) -> list[set[frozenset[str]]]:
    """Return the groups of each query by the names of their images."""
    names = [[query.images[i].name for i in in_order(query.images)] for query in dataset.queries]
    return [
        {frozenset(named[i] for i in group) for group in reply.answers[0]}
        for reply, named in zip(replies, names, strict=True)
    ]


EXPECTED = [
    {frozenset({"a.png", "c.png"}), frozenset({"b.png"})},
    {frozenset({"a.png", "b.png"})},
    {frozenset({"a.png"}), frozenset({"b.png"})},
]


def with_images(dataset: Dataset, change: Callable[[ImageHandle], ImageHandle]) -> Dataset:
    queries = tuple(
        replace(query, images=tuple(map(change, query.images))) for query in dataset.queries
    )
    return Dataset("changed", queries)


class TestReplies:
    def test_are_of_each_query_in_the_datasets_order(
        self, dataset: Dataset, cache: ReplyCache, command: Command
    ) -> None:
        replies, stored = run_tool(command, dataset, cache, 20.0)
        assert groups(replies, dataset) == EXPECTED
        assert not stored
        assert started(command) == 3

    def test_are_of_one_process(self, dataset: Dataset, cache: ReplyCache) -> None:
        tool = FakeGroups(
            "import os; memory.setdefault('pids', []).append(os.getpid()); "
            "answer = [[i.name for i in images]] * len(memory['pids'])"
        )
        replies, _ = run_tool(tool, dataset, cache, 20.0)
        assert [len(reply.answers[0]) for reply in replies] == [1, 2, 3]


class TestASecondRun:
    def test_does_not_start_the_tool(
        self, dataset: Dataset, cache: ReplyCache, command: Command
    ) -> None:
        first, _ = run_tool(command, dataset, cache, 20.0)
        second, stored = run_tool(command, dataset, cache, 20.0)
        assert started(command) == 3
        assert stored
        assert second == first

    def test_of_renamed_images_with_other_labels_does_not_start_it_either(
        self, dataset: Dataset, cache: ReplyCache, command: Command, tmp_path: Path
    ) -> None:
        run_tool(command, dataset, cache, 20.0)
        renamed = {
            "eins": {"z.png": "p", "-x y.png": "q", "가.png": "p"},
            "zwei": {"b.png": "r", "c.png": "r"},
        }
        other = byte_copies(tmp_path / "renamed", renamed)
        others_labels = Dataset(
            "changed",
            tuple(
                replace(query, labels=tuple(Label(i.name, "crop") for i in query.images))
                for query in other.queries
            ),
        )
        replies, stored = run_tool(command, others_labels, cache, 20.0)
        assert stored
        assert started(command) == 3
        assert groups(replies, other) == [
            {frozenset({"z.png", "가.png"}), frozenset({"-x y.png"})},
            {frozenset({"b.png", "c.png"})},
        ]

    def test_of_changed_images_asks_for_the_changed_query_only(
        self, dataset: Dataset, cache: ReplyCache, command: Command, tmp_path: Path
    ) -> None:
        run_tool(command, dataset, cache, 20.0)
        changed = {**QUERIES, "three": {"a.png": "s", "b.png": "s"}}
        replies, stored = run_tool(command, byte_copies(tmp_path / "changed", changed), cache, 20.0)
        assert not stored
        assert started(command) == 4
        assert groups(replies, dataset)[2] == {frozenset({"a.png", "b.png"})}

    def test_with_another_parameter_asks_for_all(
        self, dataset: Dataset, cache: ReplyCache, command: Command
    ) -> None:
        run_tool(command, dataset, cache, 20.0)
        run_tool(replace(command, hint="another"), dataset, cache, 20.0)
        assert started(command) == 6

    def test_with_another_version_asks_for_all(self, dataset: Dataset, cache: ReplyCache) -> None:
        tool = FakeGroups("answer = [[images[0].name]]", version="1")
        run_tool(tool, dataset, cache, 20.0)
        assert run_tool(tool, dataset, cache, 20.0)[1]
        assert not run_tool(replace(tool, version="2"), dataset, cache, 20.0)[1]

    def test_with_a_changed_program_asks_for_all(
        self, dataset: Dataset, cache: ReplyCache, command: Command
    ) -> None:
        run_tool(command, dataset, cache, 20.0)
        fake_program(Path(command.arguments[0]), COUNTED + "    # changed\n")
        run_tool(command, dataset, cache, 20.0)
        assert started(command) == 6

    def test_with_other_source_asks_for_all(
        self, dataset: Dataset, cache: ReplyCache, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_tool(command, dataset, cache, 20.0)
        monkeypatch.setattr("dupeval.tool.running.source_sha256", lambda *_, **__: "another")
        run_tool(command, dataset, cache, 20.0)
        assert started(command) == 6

    def test_of_another_number_asks_for_all_and_is_stored_apart(
        self, dataset: Dataset, cache: ReplyCache, command: Command
    ) -> None:
        for _ in range(2):
            for run in (0, 1):
                run_tool(command, dataset, cache, 20.0, run)
        assert started(command) == 6

    def test_that_is_fresh_asks_for_all_and_stores_the_new_replies(
        self, dataset: Dataset, cache: ReplyCache, tmp_path: Path
    ) -> None:
        code = f"""
import pathlib
counter = pathlib.Path({str(tmp_path / "counter")!r})
counter.open("a").write("x")
answer = [[i.name for i in images]] * len(counter.read_text())
"""
        tool = FakeGroups(code)
        numbers = []
        for fresh in (False, False, True, False):
            replies, stored = run_tool(tool, dataset, cache, 20.0, fresh=fresh)
            numbers.append([len(reply.answers[0]) for reply in replies])
            assert stored == (len(numbers) in (2, 4))
        assert numbers == [[1, 2, 3], [1, 2, 3], [4, 5, 6], [4, 5, 6]]

    def test_with_a_damaged_file_asks_for_that_query_again_and_warns(
        self, dataset: Dataset, cache: ReplyCache, command: Command
    ) -> None:
        first, _ = run_tool(command, dataset, cache, 20.0)
        next(cache.store.folder.rglob("*.safetensors")).write_text("garbage")
        with pytest.warns(UserWarning, match="is damaged and is computed again"):
            second, stored = run_tool(command, dataset, cache, 20.0)
        assert not stored
        assert started(command) == 4
        assert groups(second, dataset) == groups(first, dataset)
        assert run_tool(command, dataset, cache, 20.0)[1]


class TestAFailure:
    CODE = """
import pathlib
if pathlib.Path({broken!r}).exists() and len(images) == 2 and {which}:
    raise RuntimeError("broken")
pathlib.Path({broken!r} + ".log").open("a").write(str(len(images)))
answer = [[i.name for i in images]]
"""

    def test_names_the_query_and_is_not_stored_but_what_came_before_it_is(
        self, dataset: Dataset, cache: ReplyCache, tmp_path: Path
    ) -> None:
        broken = tmp_path / "broken"
        broken.touch()
        # The third query's images differ, the second's are equal.
        which = "images[0].read_bytes() != images[1].read_bytes()"
        tool = FakeGroups(self.CODE.format(broken=str(broken), which=which))
        for _ in range(2):
            with pytest.raises(NoScoresError) as caught:
                run_tool(tool, dataset, cache, 20.0)
            assert caught.value.source == "failed"
            assert str(caught.value) == (
                "on query 'three': it crashed with exit code 1: RuntimeError: broken"
            )
        log = Path(f"{broken}.log")
        # Beside the questions: each image of the third query with a copy of itself, twice.
        assert log.read_text() == "32" + 2 * "22"
        broken.unlink()
        replies, stored = run_tool(tool, dataset, cache, 20.0)
        assert log.read_text() == "32" + 2 * "22" + "2"
        assert not stored
        assert len(replies) == 3

    @pytest.mark.parametrize(
        ("crash", "reason"),
        [
            ("raise RuntimeError('bad pixels')", "exit code 1: RuntimeError: bad pixels"),
            ("import os; os.abort()", "signal 6 (Aborted)"),
        ],
    )
    def test_names_the_images_on_which_the_tool_fails_alone(
        self, tmp_path: Path, cache: ReplyCache, crash: str, reason: str
    ) -> None:
        queries = {"one": dict(zip(("a.png", "b'c.png", "d.png", "사진.png"), "pqrq", strict=True))}
        dataset = byte_copies(tmp_path / "data", queries)
        content = content_of(dataset.queries[0].images[1])
        code = f"""
for image in images:
    if image.read_bytes() == {content!r}:
        {crash}
answer = []
"""
        with pytest.raises(NoScoresError) as caught:
            run_tool(FakeGroups(code), dataset, cache, 20.0)
        assert str(caught.value) == (
            f"on query 'one': it crashed with {reason}; it fails on each of these images alone: "
            "\"b'c.png\", '사진.png'"
        )

    def test_on_every_image_or_for_lack_of_time_names_none(
        self, dataset: Dataset, cache: ReplyCache
    ) -> None:
        for code, reason in (
            ("raise RuntimeError('always')", "it crashed with exit code 1: RuntimeError: always"),
            ("import time; time.sleep(60)", "no answer within 1 s"),
        ):
            with pytest.raises(NoScoresError) as caught:
                run_tool(FakeGroups(code), dataset, cache, 1.0)
            assert str(caught.value) == f"on query 'one': {reason}"

    def test_that_names_an_image_calls_it_as_the_dataset_does(
        self, dataset: Dataset, cache: ReplyCache
    ) -> None:
        code = "raise ValueError(f'{images[0]}: cannot read {images[1].name!r}')"
        with pytest.raises(NoScoresError, match=r"ValueError: \w.png: cannot read '\w.png'$"):
            run_tool(FakeGroups(code), dataset, cache, 20.0)

    def test_of_a_missing_tool_tells_how_to_install_it_and_starts_nothing(
        self, dataset: Dataset, cache: ReplyCache
    ) -> None:
        with pytest.raises(NoScoresError) as caught:
            run_tool(NeedsAPackage(), dataset, cache, 20.0)
        assert caught.value.source == "missing"
        assert str(caught.value) == (
            "the Python package no-such-package is not installed; install it with: pip install it"
        )

    def test_leaves_no_temporary_files(
        self, dataset: Dataset, cache: ReplyCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "tmp").mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
        with pytest.raises(NoScoresError):
            run_tool(FakeGroups("raise RuntimeError"), dataset, cache, 20.0)
        assert list((tmp_path / "tmp").iterdir()) == []


# A tool that gets at its process's answers, and writes its own.
WRITE = """
import json, os
line = {"number": 1, "cpu_s": 0.5, "peak_memory_mb": 7.0, "notes": [], "answers": %s}
for pipe in range(3, 10):
    try:
        os.write(pipe, json.dumps(line).encode() + b"\\n")
    except OSError:
        continue
os._exit(0)
"""


class TestAWrongAnswer:
    @pytest.mark.parametrize(
        ("tool", "reason"),
        [
            (FakeDistances("answer = [0.0, float('nan'), 1.0]"), "it told the distance nan; "),
            (FakeDistances("answer = [0.0] * 1000"), "it told 1,000 distances in place of 3"),
            (FakeGroups(WRITE % "[[[0, 3]]]"), "it told of the image 3, of 3"),
            (FakeGroups(WRITE % "[[[0]], [[0]]]"), "it told 2 answers, of 1 settings"),
        ],
    )
    def test_costs_the_row_and_is_not_stored(
        self, dataset: Dataset, cache: ReplyCache, tool: Tool, reason: str
    ) -> None:
        with pytest.raises(NoScoresError) as caught:
            run_tool(tool, dataset, cache, 20.0)
        assert caught.value.source == "failed"
        assert str(caught.value).startswith(f"on query 'one': {reason}")
        assert not list(cache.store.folder.rglob("*.safetensors"))

    def test_that_is_stored_all_the_same_is_not_used(
        self, dataset: Dataset, cache: ReplyCache, command: Command
    ) -> None:
        first, _ = run_tool(command, dataset, cache, 20.0)
        query = dataset.queries[0]
        hashes = [query.images[i].sha256 for i in in_order(query.images)]
        key = reply_key(command)
        cache.save(key, hashes, replace(first[0], answers=[[[0, 7]]]))
        with pytest.warns(UserWarning, match="is damaged and is computed again"):
            again, stored = run_tool(command, dataset, cache, 20.0)
        assert not stored
        assert groups(again, dataset) == EXPECTED
        assert started(command) == 4
        assert run_tool(command, dataset, cache, 20.0)[1]

    def test_on_some_images_names_them(self, dataset: Dataset, cache: ReplyCache) -> None:
        content = content_of(dataset.queries[0].images[1])
        code = f"""
bad = any(image.read_bytes() == {content!r} for image in images)
answer = [-1.0 if bad else 1.0] * n_pairs
"""
        with pytest.raises(NoScoresError, match=r"fails on each of these images alone: 'b.png'$"):
            run_tool(FakeDistances(code), dataset, cache, 20.0)


class TestNotes:
    CODE = """
import warnings
from dupeval.tool import ToolNote
warnings.warn(f"cannot read {images[1]}", ToolNote)
warnings.warn("of no interest")
answer = []
"""

    def test_call_images_as_the_dataset_does_and_are_stored(
        self, dataset: Dataset, cache: ReplyCache, tmp_path: Path
    ) -> None:
        images = [query.images[in_order(query.images)[1]].name for query in dataset.queries]
        for _ in range(2):
            replies, _ = run_tool(FakeGroups(self.CODE), dataset, cache, 20.0)
            assert [r.notes for r in replies] == [[f"cannot read {name}"] for name in images]
        renamed = byte_copies(tmp_path / "renamed", {"eins": {"x.png": "r", "가 나.png": "r"}})
        (reply,), stored = run_tool(FakeGroups(self.CODE), renamed, cache, 20.0)
        assert stored
        assert reply.notes in (["cannot read x.png"], ["cannot read 가 나.png"])


class TestTheDataset:
    @pytest.mark.parametrize(
        "harm",
        [
            "for path in sys.argv[1:]: os.unlink(path)",
            "for path in sys.argv[1:]: open(path, 'w').write('overwritten')",
            "shutil.rmtree(os.getcwd())",
            "shutil.rmtree(os.path.dirname(os.getcwd()))",
            "for path in sys.argv[1:]: os.chmod(path, 0); os.rename(path, path + '.old')",
        ],
    )
    def test_is_untouched_whatever_a_tool_does_to_its_input(
        self, dataset: Dataset, cache: ReplyCache, tmp_path: Path, harm: str
    ) -> None:
        harmful = EQUAL_FILES + f"    import os, shutil\n    {harm}\n"
        before = files_of(tmp_path / "data")
        command = Command((fake_program(tmp_path / "program", harmful), "{images}"))
        replies, _ = run_tool(command, dataset, cache, 20.0)
        assert files_of(tmp_path / "data") == before
        assert groups(replies, dataset) == EXPECTED

    def test_may_hold_names_of_any_kind(self, cache: ReplyCache, tmp_path: Path) -> None:
        names = ["-rf", "--help", "a b.png", "quo\"te's.png", "new\nline.png", "한국어.png", "$(x)"]
        queries = {"-q u'e\nr\"y": dict(zip(names, "pqrpqrs", strict=True))}
        dataset = byte_copies(tmp_path / "data", queries)
        command = Command((fake_program(tmp_path / "program", EQUAL_FILES), "{images}"))
        replies, _ = run_tool(command, dataset, cache, 20.0)
        assert groups(replies, dataset) == [
            {
                frozenset({"-rf", "quo\"te's.png"}),
                frozenset({"--help", "new\nline.png"}),
                frozenset({"a b.png", "한국어.png"}),
                frozenset({"$(x)"}),
            }
        ]

    def test_shows_a_tool_neither_labels_nor_names_nor_order(
        self, dataset: Dataset, cache: ReplyCache
    ) -> None:
        code = """
import os
seen = [i.name for i in images]
around = [os.path.join(*at) for at in os.walk(images[0].parent.parent) for at in
          [(at[0], name) for name in at[1] + at[2]]]
assert seen == [f"{i:05d}.png" for i in range(len(images))], seen
assert len(around) == 1 + len(images), around
assert not {"one", "three", "a.png"} & set(" ".join(map(str, around)).replace("/", " ").split())
answer = [seen]
"""
        run_tool(FakeGroups(code), dataset, cache, 20.0)
