"""Overrides that cannot be followed end with one sentence that lists what is possible."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import run as program_run
from configuration import build_methods, checked
from fake_dataset import byte_copies
from fake_experiment import experiment
from fake_program import EQUAL_FILES, fake_program
from hydra_app import compose

from dupeval.errors import SettingsError

ROOT = Path(__file__).resolve().parents[2]
METHODS = ", ".join(sorted(path.stem for path in (ROOT / "conf" / "method").glob("*.yaml")))


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
            ("method=vvg", METHODS),
            ("method=[raw,vvg]", METHODS),
            ("protocol=lqo", "fixed, fixed_external, loqo, nested, oracle, shared"),
            (
                "dataset=mine",
                "clusters, copydays, folder, holidays, imagededup, made, standin, standin2, "
                "ukbench",
            ),
            ("experiment=table2", "ablation, defaults, study, suite, sweep, table1, table1_all"),
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
            ("methods.raw.grid.size=[]", "grid.size is empty; possible: a list of values"),
            ("+methods.raw.grid.layer=[gap]", "grid.layer: there is no such parameter to try"),
            ("methods.czkawka.threshold=nan", "finite number"),
            ("methods.czkawka.time_limit_s=0", "methods.czkawka.time_limit_s=0: Input should be"),
            ("methods.imagededup_phash.tool.hash=CNN", "Input should be 'PHash', 'DHash', 'AHash'"),
            ("methods.imagehash_phash.tool.hash_size=1", "hash_size=1: Input should be greater"),
            ("methods.visipics.without_file=measured", "Input should be 'published' or 'missing'"),
        ],
    )
    def test_says_which_values_are(self, override: str, expected: str) -> None:
        assert expected in complaint(override)

    def test_a_default_that_a_tool_does_not_have_lists_those_it_has(self) -> None:
        command = ["method=command", "methods.command.tool.arguments=[x,'{value}']"]
        values = "methods.command.tool.values=[1,2]"
        message = complaint(*command, values, "methods.command.setting={value: 3}")
        assert message.endswith("possible: {'value': 1}, {'value': 2}")
        assert "setting=None is not possible" in complaint(*command, values)

    def test_a_threshold_of_a_tool_that_tells_no_distances(self) -> None:
        command = ["method=command", "methods.command.tool.arguments=[x]"]
        assert "tells no distances" in complaint(*command, "+methods.command.threshold=3")

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


class TestWhatAConfigurationMayName:
    """Classes of dupeval's, and of the modules that the user lists."""

    @pytest.mark.parametrize(
        "target", ["os.system", "subprocess.Popen", "dupevil.A", "dupeval", "3", "builtins.eval"]
    )
    def test_nothing_else(self, target: str) -> None:
        message = complaint(f"methods.raw._target_={target}")
        assert message.startswith(f"methods.raw._target_={target} is no")

    @pytest.mark.parametrize(
        "target",
        [
            *("dupeval.files.shutil.rmtree", "dupeval.files.write_whole", "dupeval.store.Path"),
            *("dupeval.tool.executable.subprocess.Popen", "dupeval:files.shutil.rmtree"),
        ],
    )
    def test_nor_what_dupeval_has_imported_or_only_calls(self, target: str) -> None:
        message = complaint(f"methods.raw._target_={target}")
        assert message == (
            f"methods.raw._target_={target} is no class of dupeval; possible: one that is"
        )

    def test_nor_is_another_module_imported_to_find_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "somebodys.py").write_text("raise SystemExit('it ran')")
        monkeypatch.syspath_prepend(tmp_path)
        assert "own_modules=[somebodys]" in complaint("methods.raw._target_=somebodys.Method")

    def test_but_a_module_that_is_listed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code = "from dupeval.representation.raw import RawPixels\nclass Mine(RawPixels): pass\n"
        (tmp_path / "listed.py").write_text(code)
        monkeypatch.syspath_prepend(tmp_path)
        named = "methods.raw.representation._target_=listed.Mine"
        config = compose("run", ["method=raw", named, "own_modules=[listed]"])
        method = build_methods(config)["raw"]
        assert type(method.representation).__module__ == "listed"
        imported = "methods.raw.representation._target_=listed.RawPixels"
        build_methods(compose("run", ["method=raw", imported, "own_modules=[listed]"]))


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
            ("method=command", "missing: methods.command.tool.arguments=..."),
            ("method=imported", "missing: methods.imported.file=..."),
            ("fresh=perhaps", "fresh='perhaps': Input should be a valid boolean"),
            ("dataset.root=", "dataset.root=: give the path of a folder"),
            ("out_dir=", "out_dir is empty; possible: a folder, such as results/mine"),
            ("cache_dir=''", "cache_dir is empty"),
            ("report_dir=", "report_dir is empty"),
            (
                "out_dir=data/standin-news-0",
                "lies in the dataset data/standin-news-0, in which nothing",
            ),
            ("cache_dir=data/x/../standin-news-0/cache", "lies in the dataset data/standin-news-0"),
            ("report_dir=data/standin-news-0/x", "report_dir=data/standin-news-0/x lies in the"),
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


class TestExternalTools:
    def overrides(self, tmp_path: Path) -> list[str]:
        common = ["dataset=folder", f"dataset.root={tmp_path / 'data'}", "progress=false"]
        return [*common, f"out_dir={tmp_path / 'out'}", f"cache_dir={tmp_path / 'cache'}"]

    def program(
        self, name: str, tmp_path: Path, *overrides: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, f"experiments/{name}.py", *self.overrides(tmp_path), *overrides],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def run(self, tmp_path: Path, *overrides: str) -> int:
        """Return the exit code that run.py would end with."""
        return program_run.main(compose("run", [*self.overrides(tmp_path), *overrides]))

    @pytest.fixture(autouse=True)
    def _data(self, tmp_path: Path) -> None:
        photographs = {"a.png": "p", "b.png": "p", "c.png": "q"}
        byte_copies(tmp_path / "data", {"one": photographs, "two": photographs})

    def test_without_figures_are_told_and_end_with_exit_code_3_when_all_is_written(
        self, tmp_path: Path
    ) -> None:
        crashes = fake_program(tmp_path / "crashes", "raise SystemExit('no film')")
        command = f"methods.command.tool.arguments=[{crashes},'{{images}}']"
        methods = ["method=[raw,command,visipics]", "protocol=[loqo,fixed]", command]
        done = self.program("table1", tmp_path, *methods)
        assert done.returncode == 3, done.stderr
        assert done.stderr == (
            "failed: command: on query 'one': crashes ended with exit code 1: no film\n"
        )
        assert "\nraw " in done.stdout
        assert "table1.csv" in {path.name for path in (tmp_path / "out").iterdir()}

    @pytest.mark.parametrize("methods", ["method=command", "method=[raw,command]"])
    def test_that_are_asked_for_by_name_and_missing_are_told_before_the_work(
        self, methods: str, tmp_path: Path
    ) -> None:
        command = "methods.command.tool.arguments=[no-such-program]"
        expected = "method command: the program 'no-such-program' is not on the PATH"
        with pytest.raises(SettingsError, match=f"^{expected}$"):
            self.run(tmp_path, methods, command)
        assert not (tmp_path / "out").exists()
        assert not (tmp_path / "cache").exists()

    def test_that_are_missing_from_a_run_that_does_not_name_them_are_left_out(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(tmp_path, *experiment(tmp_path, "raw", "command")) == 0
        assert capsys.readouterr().err == (
            "left out: command: the program 'no-such-program' is not on the PATH; apt install it\n"
        )

    def test_that_are_all_missing_leave_nothing_to_show(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(tmp_path, *experiment(tmp_path, "command")) == 3
        assert capsys.readouterr().err.startswith("left out: command: the program")

    def test_of_which_only_the_study_has_figures_are_told_too(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(tmp_path, "method=visipics") == 3
        reason = "nothing to import: give methods.visipics.file=FILE.csv"
        assert capsys.readouterr().err.startswith(f"published: visipics: {reason}")

    def test_an_import_with_faults_ends_with_exit_code_2_without_traceback(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "groups.csv").write_text("query,image,group\none,x.png,1\n")
        given = ["method=visipics", f"methods.visipics.file={tmp_path / 'groups.csv'}"]
        done = self.program("run", tmp_path, *given)
        assert done.returncode == 2
        assert done.stderr.splitlines() == [
            f"error: the import {tmp_path / 'groups.csv'} has 2 problems:",
            "  groups.csv:2: query 'one' has no image 'x.png'",
            "  groups.csv: no row of query 'two'; where the tool found nothing: two,,",
        ]

    def test_work_wherever_temporary_files_lie(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        odd = tmp_path / 'it\'s a "t m p"\n{value} 임시'
        odd.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(odd))
        program = fake_program(tmp_path / "program", EQUAL_FILES)
        command = f"methods.command.tool.arguments=[{program},'{{images}}']"
        assert self.run(tmp_path, "method=command", command) == 0
        assert (tmp_path / "out" / "groups.csv").read_text().splitlines()[1:] == [
            *("data,command,loqo,one,a.png,p,0", "data,command,loqo,one,b.png,p,0"),
            *("data,command,loqo,one,c.png,q,1", "data,command,loqo,two,a.png,p,0"),
            *("data,command,loqo,two,b.png,p,0", "data,command,loqo,two,c.png,q,1"),
        ]
        assert list(odd.iterdir()) == []


def test_a_folder_of_the_report_that_is_a_file_is_found_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    config = compose("table1", ["method=raw", f"report_dir={tmp_path / 'file'}"])
    with pytest.raises(SettingsError, match=r"report_dir=.* is a file; possible: a folder"):
        checked(config)


def test_the_exit_code_does_not_depend_on_who_reads(tmp_path: Path) -> None:
    command = (
        f"{sys.executable} experiments/run.py 'method=[raw,command]' protocol=loqo progress=false "
        f"'methods.command.tool.arguments=[/bin/false]' out_dir={tmp_path} cache_dir={tmp_path}/c "
        "| true; exit ${PIPESTATUS[0]}"
    )
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert "failed: command: " in done.stderr
