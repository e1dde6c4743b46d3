"""Words of the command line are taken as people mean them."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from configuration import check, checked
from hydra_app import as_meant, compose

from dupeval.errors import SettingsError

PROGRAM = Path(__file__).resolve().parents[2] / "experiments" / "run.py"
NAMES = (
    *("한국 사진", "two words", "a(1)", "a=b", "#1", "it's", "R&D", "[news]", "{news}", "~news"),
    *("100%", "a,b", 'the "best"', "$HOME", "a:b", "null", "true", "2021", "007", "1e3", "1_000"),
    *("-images", "'tis", "so'", "a\\b(1)", "end(\\", "it\\'s", " space ", "range(3)", "?", "*"),
)


class TestAPath:
    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("folder", ["", "/data/"])
    def test_is_a_path_whatever_it_is_made_of(self, folder: str, name: str) -> None:
        config = compose("run", ["dataset=folder", f"dataset.root={folder}{name}"])
        assert config.dataset.root == f"{folder}{name}"

    @pytest.mark.parametrize("setting", ["out_dir", "cache_dir", "vgg.weights", "dataset.name"])
    def test_is_one_in_every_setting_that_takes_one(self, setting: str) -> None:
        config = compose("run", ["dataset=folder", f"{setting}=a(1), 2"])
        for part in setting.split("."):
            config = config[part]
        assert config == "a(1), 2"

    @pytest.mark.parametrize("text", ['"a(1)"', "'a(1)'", "a\\(1\\)"])
    def test_may_be_quoted_as_hydra_has_it(self, text: str) -> None:
        assert compose("run", [f"out_dir={text}"]).out_dir == "a(1)"

    def test_that_is_optional_may_be_null(self) -> None:
        assert compose("table1", ["report_dir=null"]).report_dir is None

    def test_may_hold_the_value_of_another_setting(self) -> None:
        assert compose("run", ["out_dir=a/${seed}", "seed=3"]).out_dir == "a/3"

    def test_lists_in_a_multirun_are_lists(self) -> None:
        roots = ["dataset.root=a,b", "out_dir=c(1)"]
        assert as_meant(roots, multirun=True) == ["dataset.root=a,b", "out_dir='c(1)'"]


class TestADatasetOfSeveral:
    @pytest.mark.parametrize("name", NAMES)
    def test_is_chosen_by_a_list_of_overrides(self, name: str) -> None:
        text = f"+datasets.mine=[dataset=folder,dataset.root=/data/{name},dataset.name=x]"
        own = compose("suite", [text]).datasets.mine
        assert own == ["dataset=folder", f"dataset.root=/data/{name}", "dataset.name=x"]
        assert compose("suite", own).dataset.root == f"/data/{name}"

    def test_may_be_quoted_as_hydra_has_it(self) -> None:
        text = "+datasets.mine=['dataset=folder',\"dataset.root=/data\"]"
        assert compose("suite", [text]).datasets.mine == ["dataset=folder", "dataset.root=/data"]


def test_other_settings_that_cannot_be_read_are_told_with_what_to_type() -> None:
    with pytest.raises(SettingsError) as caught:
        compose("run", ["dataset.title=it's (1)", "seed=1", "method=[raw"])
    first, second, *_ = str(caught.value).split("cannot read the override ")[1:]
    (typed,) = shlex.split(first.split("type ")[1].split("; lists")[0])
    assert typed == "dataset.title='it\\'s (1)'"
    assert second.startswith("'method=[raw'")


def test_all_that_does_not_exist_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        compose("run", ["sead=1", "method=[rav,vgh]", "dataset.rot=x", "dataset.root=y"])
    for expected in ("no method 'rav'", "no method 'vgh'", "mean seed?", "mean dataset.root?"):
        assert expected in str(caught.value)
    assert "setting 'dataset.root'" not in str(caught.value)


def test_faults_of_several_methods_are_told_at_once() -> None:
    overrides = ["method=[raw,vgg]", "methods.raw.linkage=x", "methods.vgg.metric=y"]
    with pytest.raises(SettingsError) as caught:
        check(compose("run", overrides))
    assert "methods.raw.linkage='x'" in str(caught.value)
    assert "methods.vgg.metric='y'" in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux only")
class TestANameThatIsNotUtf8:
    def test_is_refused_before_the_work(self, tmp_path: Path) -> None:
        overrides = ("dataset=folder", b"dataset.root=caf\xe9", f"cache_dir={tmp_path / 'cache'}")
        done = subprocess.run(
            [sys.executable, PROGRAM, *overrides],
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr == (
            b"error: dataset.root=caf\\xe9 is not valid UTF-8; possible: another name for it\n"
        )
        assert not (tmp_path / "cache").exists()

    def test_is_found_also_where_it_is_not_typed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "caf\udce9"
        folder.mkdir()
        monkeypatch.chdir(folder)
        with pytest.raises(SettingsError, match=r"caf\\xe9 is not valid UTF-8"):
            checked(compose("run", ["dataset=folder", "dataset.root=."]))
