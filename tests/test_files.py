"""Files appear whole or not at all, and content is named by its hash."""

import errno
import hashlib
import json
import math
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupeval.errors import SettingsError
from dupeval.files import (
    OURS,
    canonical_json,
    content_of,
    file_sha256,
    json_sha256,
    refuse_foreign,
    whole_file,
    write_results,
    write_whole,
)


def listing(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class TestWholeFile:
    def test_what_the_block_wrote_is_there_when_it_ends(self, tmp_path: Path) -> None:
        with whole_file(tmp_path / "table.csv") as temporary:
            temporary.write_bytes(b"new")
        assert listing(tmp_path) == {"table.csv": b"new"}

    def test_until_the_block_ends_others_see_the_old_content(self, tmp_path: Path) -> None:
        path = tmp_path / "table.csv"
        path.write_bytes(b"old")
        with whole_file(path) as temporary:
            temporary.write_bytes(b"new")
            assert path.read_bytes() == b"old"
            assert temporary.parent == tmp_path
        assert listing(tmp_path) == {"table.csv": b"new"}

    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
    def test_a_block_that_raises_leaves_the_old_content_and_nothing_behind(
        self, tmp_path: Path, error: type[BaseException]
    ) -> None:
        path = tmp_path / "table.csv"
        path.write_bytes(b"old")

        def write_half() -> None:
            with whole_file(path) as temporary:
                temporary.write_bytes(b"ha")
                raise error

        with pytest.raises(error):
            write_half()
        assert listing(tmp_path) == {"table.csv": b"old"}

    def test_a_block_that_raises_makes_no_file_where_there_was_none(self, tmp_path: Path) -> None:
        with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "table.csv"):
            _ = 1 / 0
        assert listing(tmp_path) == {}

    def test_folders_are_made(self, tmp_path: Path) -> None:
        with whole_file(tmp_path / "a" / "b" / "table.csv") as temporary:
            temporary.write_bytes(b"new")
        assert listing(tmp_path / "a" / "b") == {"table.csv": b"new"}

    def test_any_name_is_possible(self, tmp_path: Path) -> None:
        # 255 bytes are what file systems allow; the temporary name must not need more.
        for name in ("사진" * 40 + ".png", "x" * 255, " .hidden"):
            with whole_file(tmp_path / name) as temporary:
                temporary.write_bytes(name.encode())
        assert len(listing(tmp_path)) == 3
        assert all(name.encode() == content for name, content in listing(tmp_path).items())

    @pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
    @pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
    def test_permissions_are_those_of_any_new_file(
        self, tmp_path: Path, umask: int, mode: int
    ) -> None:
        before = os.umask(umask)
        try:
            with whole_file(tmp_path / "table.csv") as temporary:
                temporary.write_bytes(b"new")
            assert os.umask(umask) == umask
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "table.csv").stat().st_mode) == mode

    def test_two_writers_at_the_same_time_do_not_meet(self, tmp_path: Path) -> None:
        path = tmp_path / "table.csv"
        with whole_file(path) as first, whole_file(path) as second:
            assert first != second
            first.write_bytes(b"first")
            second.write_bytes(b"second")
        assert listing(tmp_path) == {"table.csv": b"first"}


class TestWriteWhole:
    def test_all_files_are_there_and_nothing_else(self, tmp_path: Path) -> None:
        write_whole(tmp_path / "results" / "table1", {"a.csv": b"1\n", "b.json": b"{}"})
        assert listing(tmp_path / "results" / "table1") == {"a.csv": b"1\n", "b.json": b"{}"}

    def test_files_of_the_same_name_are_replaced_and_others_stay(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes(b"old")
        (tmp_path / "notes.txt").write_bytes(b"mine")
        write_whole(tmp_path, {"a.csv": b"new", "b.csv": b"new too"})
        assert listing(tmp_path) == {"a.csv": b"new", "b.csv": b"new too", "notes.txt": b"mine"}

    def test_when_one_cannot_be_written_none_is_and_nothing_is_left_behind(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "a.csv").write_bytes(b"old")
        with pytest.raises(OSError, match=r"nowhere/b\.csv"):
            write_whole(tmp_path, {"a.csv": b"new", "nowhere/b.csv": b"new"})
        assert listing(tmp_path) == {"a.csv": b"old"}

    def test_nothing_to_write_makes_the_folder(self, tmp_path: Path) -> None:
        write_whole(tmp_path / "empty", {})
        assert listing(tmp_path / "empty") == {}

    def test_files_take_their_names_in_the_order_given(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        named: list[str] = []
        replace = Path.replace

        def recorded(self: Path, target: Path) -> Path:
            # All are on disk before the first takes its name.
            assert {"c", "a", "b"} == {*os.listdir(self.parent), *named}  # noqa: PTH208
            named.append(target.name)
            return replace(self, target)

        monkeypatch.setattr(Path, "replace", recorded)
        write_whole(tmp_path, {"c": b"3", "a": b"1", "b": b"2"})
        assert named == ["c", "a", "b"]


class TestResultsFolder:
    def test_what_was_written_there_may_be_written_again(self, tmp_path: Path) -> None:
        write_results(tmp_path / "out", {"a.csv": b"1"})
        write_results(tmp_path / "out", {"b.csv": b"1"})
        write_results(tmp_path / "out", {"a.csv": b"2"})
        assert listing(tmp_path / "out") == {
            "a.csv": b"2",
            "b.csv": b"1",
            ".dupeval": b"a.csv\nb.csv\n",
        }

    @pytest.mark.parametrize("first", [{}, {"b.csv": b"1"}])
    def test_files_of_other_origin_are_not_overwritten(
        self, tmp_path: Path, first: dict[str, bytes]
    ) -> None:
        if first:
            write_results(tmp_path, first)
        (tmp_path / "a.csv").write_bytes(b"mine")
        (tmp_path / "d.csv").symlink_to("nowhere")
        before = sorted(path.name for path in tmp_path.iterdir())
        with pytest.raises(SettingsError) as caught:
            write_results(tmp_path, dict.fromkeys(("b.csv", "d.csv", "a.csv", "c.csv"), b"2"))
        assert str(caught.value).startswith(
            f"not written by dupeval, and not overwritten: {tmp_path}/a.csv, {tmp_path}/d.csv; "
        )
        assert sorted(path.name for path in tmp_path.iterdir()) == before
        assert (tmp_path / "a.csv").read_bytes() == b"mine"

    @pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"outputs": {"a.csv": "x"}}'])
    def test_a_run_json_of_another_program_makes_it_nobodys(
        self, tmp_path: Path, text: str
    ) -> None:
        (tmp_path / "run.json").write_text(text)
        (tmp_path / "a.csv").write_bytes(b"mine")
        with pytest.raises(SettingsError, match="not written by dupeval"):
            refuse_foreign(tmp_path, ["a.csv"])

    def test_so_does_a_list_that_is_no_text_of_what_it_names(self, tmp_path: Path) -> None:
        (tmp_path / OURS).write_bytes(b"\xff\nb.csv\n")
        for name in "ab":
            (tmp_path / f"{name}.csv").write_bytes(b"mine")
        refuse_foreign(tmp_path, ["b.csv"])
        with pytest.raises(SettingsError, match="not written by dupeval"):
            refuse_foreign(tmp_path, ["a.csv"])

    def test_an_earlier_version_left_its_list_in_run_json(self, tmp_path: Path) -> None:
        described = {"dupeval": "0.0.1", "outputs": {"a.csv": "x"}}
        (tmp_path / "run.json").write_text(json.dumps(described))
        (tmp_path / "a.csv").write_bytes(b"1")
        refuse_foreign(tmp_path, ["a.csv", "run.json"])


def test_a_content_is_that_of_a_regular_file_that_is_not_too_large(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"four")
    assert content_of(tmp_path / "a", 4) == b"four"
    with pytest.raises(OSError, match="larger than 3 bytes"):
        content_of(tmp_path / "a", 3)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no regular file"):
        content_of(tmp_path / "pipe", 3)


# Ends the process as kill -9 does: at the nth of the changes to a folder, or of the files renamed.
KILLED = """
import os, signal, sys
from pathlib import Path
from dupeval.files import write_results
left = int(sys.argv[2])
def counted(change):
    def changed(*arguments, **options):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return change(*arguments, **options)
    return changed
for name in ("replace", "write_bytes", "unlink", "mkdir"):
    setattr(Path, name, counted(getattr(Path, name)))
contents = {name: b"new" for name in ("a.csv", "b.csv", "c.csv", "run.json")}
write_results(Path(sys.argv[1]), contents)
"""


class TestAKilledRun:
    @pytest.mark.parametrize("moment", range(14))
    def test_leaves_what_is_whole_or_has_no_run_json_and_the_next_clears_up(
        self, tmp_path: Path, moment: int
    ) -> None:
        old = dict.fromkeys(("a.csv", "b.csv", "c.csv", "run.json"), b"old")
        write_results(tmp_path, old)
        (tmp_path / "notes.txt").write_bytes(b"mine")
        (tmp_path / ".unfinished").write_bytes(b"mine too")
        code = subprocess.run(
            [sys.executable, "-c", KILLED, str(tmp_path), str(moment)], check=False
        ).returncode
        # The last moment comes after the end.
        assert code == (0 if moment == 13 else -signal.SIGKILL)
        found = {name: (tmp_path / name).read_bytes() for name in old if (tmp_path / name).exists()}
        if "run.json" in found:
            assert found == old or set(found.values()) == {b"new"}
        newest = dict.fromkeys(old, b"newest")
        write_results(tmp_path, newest)
        ours = {".dupeval": b"a.csv\nb.csv\nc.csv\nrun.json\n"}
        mine = {"notes.txt": b"mine", ".unfinished": b"mine too"}
        assert listing(tmp_path) == {**newest, **ours, **mine}

    def test_leaves_temporary_files_that_the_next_clears_up(self, tmp_path: Path) -> None:
        (tmp_path / f".{'0f' * 16}.tmp").write_bytes(b"")
        (tmp_path / ".unfinished.abc").symlink_to(tmp_path.parent)
        write_results(tmp_path, {"a.csv": b"1"})
        assert listing(tmp_path) == {"a.csv": b"1", ".dupeval": b"a.csv\n"}
        assert tmp_path.parent.exists()


def test_runs_that_end_at_the_same_time_write_one_after_the_other(tmp_path: Path) -> None:
    def write(number: int) -> None:
        contents = {name: str(number).encode() for name in ("a.csv", "b.csv", "run.json")}
        for _ in range(20):
            write_results(tmp_path, contents)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))
    assert len({(tmp_path / name).read_bytes() for name in ("a.csv", "b.csv", "run.json")}) == 1
    assert sorted(listing(tmp_path)) == [".dupeval", "a.csv", "b.csv", "run.json"]


class TestErrorsOfTheOperatingSystem:
    @pytest.mark.parametrize("known", [False, True])
    def test_name_the_file_that_was_to_be_written(self, tmp_path: Path, known: bool) -> None:
        def write(temporary: Path) -> None:
            raise OSError(errno.ENOSPC, "full", *([temporary] if known else []))

        with pytest.raises(OSError, match="full") as caught, whole_file(tmp_path / "a") as path:
            write(path)
        assert caught.value.filename == str(tmp_path / "a")
        assert listing(tmp_path) == {}

    def test_a_folder_in_the_place_of_one_file_leaves_all_as_they_were(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "a.csv").write_bytes(b"old")
        (tmp_path / "b.csv").mkdir()
        with pytest.raises(IsADirectoryError, match=r"b\.csv"):
            write_whole(tmp_path, {"a.csv": b"new", "b.csv": b"new"})
        assert (tmp_path / "a.csv").read_bytes() == b"old"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab한", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


class TestHashes:
    def test_canonical_json_is_sorted_at_every_depth_and_has_no_spaces(self) -> None:
        assert canonical_json({"b": [1, 2.5, None], "a": {"d": True, "c": "x y"}}) == (
            '{"a":{"c":"x y","d":true},"b":[1,2.5,null]}'
        )

    def test_canonical_json_keeps_letters_of_any_script(self) -> None:
        assert canonical_json({"query": "세월호"}) == '{"query":"세월호"}'

    def test_tuples_are_lists(self) -> None:
        assert canonical_json((1, ("a",))) == '[1,["a"]]'

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    def test_values_that_json_does_not_know_are_refused(self, value: float) -> None:
        with pytest.raises(ValueError, match="not JSON compliant"):
            canonical_json({"threshold": [value]})
        with pytest.raises(ValueError, match="not JSON compliant"):
            json_sha256(value)

    @given(st.dictionaries(st.text("abc한", max_size=3), json_values, max_size=4))
    def test_the_order_of_keys_does_not_matter_and_nothing_is_lost(self, value: object) -> None:
        assert isinstance(value, dict)
        reordered = dict(reversed(list(value.items())))
        assert canonical_json(reordered) == canonical_json(value)
        assert json_sha256(reordered) == json_sha256(value)
        assert json.loads(canonical_json(value)) == value

    def test_json_sha256_is_that_of_the_canonical_json_in_utf8(self) -> None:
        # printf '{"a":1}' | sha256sum
        assert json_sha256({"a": 1}) == (
            "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
        )
        assert json_sha256("세") == hashlib.sha256('"세"'.encode()).hexdigest()
        assert json_sha256({"a": 1}) != json_sha256({"a": "1"})

    def test_file_sha256_is_that_of_the_bytes(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_bytes(b"")
        assert file_sha256(path) == hashlib.sha256().hexdigest()
        path.write_bytes(b"abc")
        # The example of FIPS 180.
        assert file_sha256(path) == (
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        path.write_bytes(b"\r\n" * 200_000)
        assert file_sha256(path) == hashlib.sha256(b"\r\n" * 200_000).hexdigest()
