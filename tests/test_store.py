"""One format for all that is kept: what comes back is what was put, or nothing."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from dupeval.errors import StoreError
from dupeval.files import canonical_json
from dupeval.store import UNFINISHED_S, Entry, Store

KEY = {"method": "a", "size": 3, "images": ["00", "11"]}
ENTRY = Entry(
    {"x": np.array([[0.1, np.nan], [-np.inf, 1 / 3]]), "n": np.arange(3), "none": np.empty((0, 2))},
    {"wall_s": 1 / 3, "notes": ["두번째"]},
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "made" / "when needed")


def only_file(store: Store) -> Path:
    (path,) = store.folder.rglob("*.safetensors")
    return path


def test_what_is_got_is_what_was_put_to_the_last_bit(store: Store) -> None:
    assert store.get(KEY) is None
    store.put(KEY, ENTRY)
    found = Store(store.folder).get(KEY)
    assert found is not None
    assert found.about == ENTRY.about
    assert found.tensors.keys() == ENTRY.tensors.keys()
    for name, tensor in ENTRY.tensors.items():
        np.testing.assert_array_equal(found.tensors[name], tensor)
        assert found.tensors[name].dtype == tensor.dtype


def test_an_entry_may_have_no_tensor_or_nothing_at_all(store: Store) -> None:
    for about in ({"answer": [1, None]}, {}):
        store.put(KEY, Entry(about=about))
        found = store.get(KEY)
        assert found is not None
        assert (found.tensors, found.about) == ({}, about)


@pytest.mark.parametrize(
    "other",
    [{**KEY, "method": "b"}, {**KEY, "size": 3.5}, {**KEY, "images": ["11", "00"]}, {"size": 3}],
)
def test_another_key_is_another_entry(store: Store, other: dict[str, Any]) -> None:
    store.put(KEY, ENTRY)
    assert store.get(other) is None
    assert store.get(dict(reversed(KEY.items()))) is not None


def test_a_later_entry_takes_the_place_of_an_earlier_one(store: Store) -> None:
    store.put(KEY, ENTRY)
    store.put(KEY, Entry(about={"later": True}))
    found = store.get(KEY)
    assert found is not None
    assert found.about == {"later": True}


def test_the_same_entry_is_the_same_bytes(store: Store) -> None:
    store.put(KEY, ENTRY)
    before = only_file(store).read_bytes()
    store.put(KEY, ENTRY)
    assert only_file(store).read_bytes() == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b"",
        lambda b: b[:7],
        lambda b: b[: len(b) // 2],
        lambda b: b[:-1] + bytes([b[-1] ^ 1]),
        lambda b: b.replace(b"0.333", b"0.444"),
        lambda b: b.replace(b'\\"a\\"', b'\\"b\\"'),
        lambda b: b.replace(b'"entry"', b'"other"'),
        lambda b: b"<!DOCTYPE html>",
    ],
)
def test_a_damaged_entry_is_none_and_is_named(
    store: Store, damage: Callable[[bytes], bytes]
) -> None:
    store.put(KEY, ENTRY)
    path = only_file(store)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.warns(UserWarning) as caught:
        assert store.get(KEY) is None
    assert [str(w.message) for w in caught] == [f"{path} is damaged and is computed again"]
    store.put(KEY, ENTRY)
    assert store.get(KEY) is not None


def test_an_entry_that_was_moved_to_another_key_is_none(store: Store) -> None:
    store.put(KEY, ENTRY)
    moved = only_file(store).read_bytes()
    other = {**KEY, "size": 4}
    store.put(other, Entry())
    for path in store.folder.rglob("*.safetensors"):
        path.write_bytes(moved)
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert store.get(other) is None
    assert store.get(KEY) is not None


def as_pipe(path: Path) -> None:
    os.mkfifo(path)


def as_link(path: Path) -> None:
    target = path.with_name("target")
    target.write_bytes(b"elsewhere")
    path.symlink_to(target)


@pytest.mark.parametrize("make", [as_pipe, as_link])
def test_what_is_no_regular_file_is_none_and_gives_way(
    store: Store, make: Callable[[Path], None]
) -> None:
    store.put(KEY, ENTRY)
    path = only_file(store)
    path.unlink()
    make(path)
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert store.get(KEY) is None
    store.put(KEY, ENTRY)
    assert store.get(KEY) is not None
    assert not path.is_symlink()


def test_a_folder_in_the_place_of_an_entry_is_told_before_any_work(store: Store) -> None:
    store.put(KEY, ENTRY)
    path = only_file(store)
    path.unlink()
    path.mkdir()
    with pytest.raises(StoreError) as caught:
        store.get(KEY)
    assert str(caught.value) == (
        f"{path} cannot be read (it is a folder); possible: another cache_dir, or to put that right"
    )


def test_a_file_in_the_place_of_the_store_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    store = Store(tmp_path / "cache" / "vectors")
    with pytest.raises(StoreError, match=r"cannot be read \(Not a directory\); possible: another"):
        store.get(KEY)
    with pytest.raises(StoreError, match=r"cannot be written \(Not a directory\); possible"):
        store.put(KEY, ENTRY)


def run_python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


PUT = """
import os, resource, sys
from pathlib import Path
import numpy as np
from safetensors.numpy import save

from dupeval.errors import StoreError
from dupeval.files import canonical_json
from dupeval.store import Entry, Store
entry = Entry({"x": np.zeros(10**5)})
"""
ON_A_FULL_DISK = (
    PUT
    + """
resource.setrlimit(resource.RLIMIT_FSIZE, (10**5, 10**5))
try:
    Store(Path(sys.argv[1])).put({}, entry)
except StoreError as error:
    print(error)
"""
)
KILLED = (
    PUT
    + """
real = Path.replace
Path.replace = lambda path, target: os._exit(7)
Store(Path(sys.argv[1])).put({}, entry)
"""
)


def test_what_cannot_be_written_is_told_in_a_sentence_and_leaves_nothing(store: Store) -> None:
    done = run_python(ON_A_FULL_DISK, store.folder)
    assert done.stderr == ""
    assert "safetensors cannot be written (File too large); possible: another" in done.stdout
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


def test_what_a_killed_run_left_is_removed_by_a_run_an_hour_later(store: Store) -> None:
    assert run_python(KILLED, store.folder).returncode == 7
    (left,) = (path for path in store.folder.rglob("*") if path.is_file())
    looking = "import sys; from pathlib import Path; from dupeval.store import Store;"
    looking += "print(Store(Path(sys.argv[1])).get({}))"
    assert run_python(looking, store.folder).stdout == "None\n"
    assert left.exists()
    before = time.time() - UNFINISHED_S - 1
    os.utime(left, (before, before))
    assert run_python(looking, store.folder).stdout == "None\n"
    assert not left.exists()


@pytest.mark.parametrize("about", ["[" * 10**5, "[1]", '"text"', "3", "null"])
def test_an_entry_whose_text_is_no_object_is_none_whatever_checksum_it_has(
    store: Store, about: str
) -> None:
    store.put(KEY, Entry())
    path = only_file(store)
    said = f'"about":{about},"key":{canonical_json(KEY)}'
    text = f'{{{said},"sha256":"{hashlib.sha256(said.encode()).hexdigest()}"}}'
    path.write_bytes(save({}, {"entry": text}))
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert store.get(KEY) is None


def test_an_entry_that_is_larger_than_any_is_none(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(KEY, ENTRY)
    monkeypatch.setattr("dupeval.store.MOST_BYTES", only_file(store).stat().st_size)
    assert store.get(KEY) is not None
    monkeypatch.setattr("dupeval.store.MOST_BYTES", only_file(store).stat().st_size - 1)
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert store.get(KEY) is None


@pytest.mark.parametrize(
    ("made_of", "made"),
    [
        (lambda entry: entry.about["notes"][0], "두번째"),
        *((lambda entry, name=name: entry.about[name], None) for name in ("absent", 0)),
        (lambda entry: entry.tensors["x"].reshape(7), None),
        (lambda entry: entry.about["notes"] + 1, None),
        (lambda entry: entry.about["notes"].keys(), None),
        (lambda entry: int(entry.tensors["x"][1, 0]), None),
    ],
)
def test_an_entry_of_which_nothing_can_be_made_is_none_and_is_named(
    store: Store, made_of: Callable[[Entry], Any], made: Any
) -> None:
    assert store.read(KEY, made_of) is None
    store.put(KEY, ENTRY)
    if made is not None:
        assert store.read(KEY, made_of) == made
        return
    with pytest.warns(UserWarning) as caught:
        assert store.read(KEY, made_of) is None
    assert str(caught[0].message) == f"{only_file(store)} is damaged and is computed again"


class TestWhatAnEntryHolds:
    ENTRY = Entry({"x": np.zeros((2, 3), np.int64)}, {"wall_s": 1, "cpu_s": 2.5})

    def test_is_an_array_of_a_kind_and_shape(self) -> None:
        for shape in ((2, 3), (None, 3), (None, None)):
            assert self.ENTRY.array("x", np.int64, *shape) is self.ENTRY.tensors["x"]

    @pytest.mark.parametrize(
        ("name", "kind", "shape"),
        [
            *(("x", np.int64, shape) for shape in ((), (2,), (3, 3), (2, None, None))),
            ("x", np.int32, (2, 3)),
            ("y", np.int64, (2, 3)),
        ],
    )
    def test_is_no_other(self, name: str, kind: type[np.generic], shape: tuple[Any, ...]) -> None:
        with pytest.raises((ValueError, LookupError)):
            self.ENTRY.array(name, kind, *shape)

    def test_is_what_it_took(self) -> None:
        assert self.ENTRY.spent == (1, 2.5)
        for about in ({}, {"wall_s": 1}, {"wall_s": "1", "cpu_s": 1}):
            with pytest.raises((ValueError, LookupError)):
                Entry({}, about).spent  # noqa: B018
