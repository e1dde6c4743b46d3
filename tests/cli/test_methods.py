"""Methods by name are those of the experiments."""

from dataclasses import replace
from pathlib import Path

import pytest

from dupeval.cli.methods import method_named
from dupeval.errors import SettingsError
from dupeval.grouping.default import default_method
from dupeval.method.pairs import PairMethod
from dupeval.method.vectors import VectorMethod


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PairMethod:
    """Give `verified` as its YAML has it."""
    monkeypatch.setattr("dupeval.cli.methods.NAME", "another")
    method = method_named("verified", tmp_path)
    assert isinstance(method, PairMethod)
    return method


def test_the_default_is_the_yaml_file_s_but_for_the_gate(configured: PairMethod) -> None:
    own = default_method()
    assert (own.score, own.linkage, own.threshold) == (
        configured.score,
        configured.linkage,
        configured.threshold,
    )
    assert own.gate == replace(configured.gate, nearest=6, small=0)


def test_another_is_built_with_its_own_threshold(tmp_path: Path) -> None:
    method = method_named("raw", tmp_path / "a, b (c)")
    assert isinstance(method, VectorMethod)
    assert method.threshold == 0.23


@pytest.mark.parametrize("name", ["a,b", "raw+x=1", "../raw", ""])
def test_what_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="is no name of a method"):
        method_named(name, tmp_path)


def test_one_that_needs_settings_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="arguments"):
        method_named("command", tmp_path)
