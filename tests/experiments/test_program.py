"""Overrides that cannot be followed end with one sentence that lists what is possible."""

import subprocess
import sys
from pathlib import Path

import pytest
from configuration import build_methods, checked, compose

from dupeval.errors import SettingsError

ROOT = Path(__file__).resolve().parents[2]


def complaint(*overrides: str, config_name: str = "table1") -> str:
    with pytest.raises(SettingsError) as caught:
        build_methods(compose(config_name, list(overrides)))
    message = str(caught.value)
    assert "\n" not in message
    return message


class TestAnOverrideThatDoesNotExist:
    def test_a_misspelt_setting_names_the_nearest_and_lists_all(self) -> None:
        message = complaint("sead=3")
        assert message.startswith("there is no setting 'sead'; did you mean seed?")
        for possible in ("cache_dir", "dataset", "method", "out_dir", "protocol", "seed", "vgg"):
            assert possible in message

    def test_a_misspelt_group_is_a_misspelt_setting(self) -> None:
        assert "did you mean method?" in complaint("metod=raw")

    def test_a_misspelt_setting_of_a_method_lists_those_of_that_method(self) -> None:
        message = complaint("method=vgg_pca", "methods.vgg_pca.reduction.n_component=3")
        assert "did you mean methods.vgg_pca.reduction.n_components?" in message
        assert message.endswith("Possible in methods.vgg_pca.reduction: fit, n_components, whiten")

    def test_a_setting_of_a_method_that_is_not_in_the_run(self) -> None:
        message = complaint("method=raw", "methods.vgg.linkage=single")
        assert message.endswith("possible in methods: raw")

    @pytest.mark.parametrize(
        ("override", "possible"),
        [
            ("method=vvg", "raw, raw_pca, vgg, vgg_pca, vgg_pca_transductive"),
            ("method=[raw,vvg]", "raw, raw_pca, vgg, vgg_pca, vgg_pca_transductive"),
            ("protocol=lqo", "fixed, loqo, oracle, shared"),
            ("dataset=mine", "folder, standin"),
            ("experiment=table2", "defaults, sweep, table1"),
        ],
    )
    def test_an_unknown_choice_of_a_group_lists_the_choices(
        self, override: str, possible: str
    ) -> None:
        assert complaint(override).endswith(f"possible: {possible}")

    def test_an_override_that_is_no_override(self) -> None:
        assert "the form is NAME=VALUE" in complaint("method=[raw")


class TestAValueThatIsNotPossible:
    @pytest.mark.parametrize(
        ("override", "expected"),
        [
            ("methods.raw.linkage=wards", "methods.raw.linkage='wards': Input should be 'single'"),
            ("methods.raw.representation.size=0", "methods.raw.representation.size=0: Input"),
            ("methods.raw.representation.size=big", "methods.raw.representation.size='big'"),
            ("methods.raw_pca.reduction.fit=all", "Input should be 'others', 'dataset' or 'query'"),
            ("vgg.layer=pool9", "Input should be 'pool1', 'pool2', 'pool3', 'pool4', 'pool5'"),
            ("vgg.size=16", "size=16 leaves nothing after five pools; at least 32"),
            ("precision=fp8", "Input should be 'fp32' or 'bf16'"),
            ("methods.raw.tuned=[threshold,size]", "tuned: 'size' is unknown; possible: threshold"),
            ("methods.raw.tuned=[]", "must include threshold"),
        ],
    )
    def test_says_which_values_are(self, override: str, expected: str) -> None:
        assert expected in complaint(override)

    def test_ward_with_cosine_lists_the_linkages_that_go_with_it(self) -> None:
        message = complaint("methods.vgg.linkage=ward", "methods.vgg.metric=cosine")
        assert "linkage=ward needs metric=euclidean, not cosine" in message
        assert message.endswith("possible: single, complete, average, weighted")

    def test_correlation_of_principal_components_is_refused(self) -> None:
        message = complaint("methods.raw_pca.metric=correlation")
        assert message.endswith("these are possible: euclidean, cosine, cityblock")

    def test_a_threshold_that_is_no_number_is_refused(self) -> None:
        assert "finite number" in complaint("methods.raw.threshold=nan")

    def test_all_faults_of_one_node_are_named_at_once(self) -> None:
        message = complaint(
            "methods.raw.representation.size=0", "methods.raw.representation.colour=x"
        )
        assert "size=0" in message
        assert "colour='x'" in message

    def test_a_setting_that_the_yaml_adds_but_the_method_does_not_know(self) -> None:
        assert "linkag" in complaint("+methods.raw.linkag=single")

    def test_a_target_that_does_not_exist(self) -> None:
        assert "methods.raw" in complaint("methods.raw._target_=dupeval.nothing.Here")


class TestTheCommonSettings:
    @pytest.mark.parametrize(
        ("override", "expected"),
        [
            ("seed=abc", "seed='abc': Input should be a valid integer"),
            ("seed=-1", "seed=-1: Input should be greater than or equal to 0"),
            ("seed=null", "seed=None: Input should be a valid integer"),
            ("~seed", "seed is missing"),
            ("progress=maybe", "progress='maybe': Input should be a valid boolean"),
            ("method=[]", "methods is missing"),
            ("protocol=[]", "protocols is missing"),
            ("dataset=folder", "missing: dataset.root=..."),
            ("dataset.root=null", "dataset.root=None: give the path of a folder"),
            ("out_dir=README.md", "README.md is a file; possible: a folder"),
            ("cache_dir=README.md/below", "README.md is a file; possible: a folder"),
        ],
    )
    def test_are_checked_before_anything_runs(
        self, override: str, expected: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(ROOT)
        with pytest.raises(SettingsError) as caught:
            checked(compose("table1", [override]))
        assert expected in str(caught.value)

    def test_a_folder_named_by_digits_is_a_folder(self) -> None:
        config = checked(compose("table1", ["out_dir=77", "dataset.root=2024"]))
        assert (config.out_dir, config.dataset.root) == ("77", "2024")

    def test_a_group_set_to_null_is_refused(self) -> None:
        assert "must be a string or a list" in complaint("method=null")


class TestTheCommandLine:
    @pytest.mark.parametrize(
        "overrides",
        [
            ["sead=3"],
            ["method=vvg"],
            ["dataset=folder", "dataset.root=/nowhere/at/all"],
            ["method=raw_pca", "methods.raw_pca.reduction.n_components=1000"],
        ],
    )
    def test_ends_with_exit_code_2_without_traceback_and_writes_nothing(
        self, overrides: list[str], tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        done = subprocess.run(
            [sys.executable, "experiments/table1.py", *overrides, f"out_dir={out}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
        errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
        assert len(errors) == 1
        assert not out.exists()
