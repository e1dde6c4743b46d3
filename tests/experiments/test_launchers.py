"""A multirun's results, its output and its exit code do not depend on the launcher."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from configuration import check
from hydra_app import compose, file_name, job_name, jobs
from multirun import JOBS, PROGRAM, ROOT, Multirun, assert_same, commands_of_the_page, multirun
from omegaconf import OmegaConf

from dupeval.errors import SettingsError


def test_each_job_has_a_folder_and_those_that_fail_disturb_no_other(plain: Multirun) -> None:
    assert {Path(name).parent.name for name in plain.files} == {
        f"dataset.root=data,dataset=folder,method={method},protocol=loqo"
        for method in ("raw", "raw_pca")
    }
    assert {Path(name).name for name in plain.files} == {"per_query.csv", "groups.csv"}
    assert plain.stdout.index("### raw, loqo") < plain.stdout.index("### raw_pca, loqo")
    assert plain.exit_code == 2
    for method, line in zip(("raw", "raw_pca"), plain.errors, strict=True):
        assert f"method={method},protocol=shared: " in line
        assert "takes its threshold from vgg_pca" in line


@pytest.mark.parametrize(
    "launcher", ["joblib", pytest.param("submitit_local", marks=pytest.mark.slow)]
)
def test_any_launcher_gives_the_same_files_prints_the_same_and_exits_the_same(
    launcher: str, tiny: Path, plain: Multirun, tmp_path: Path
) -> None:
    assert_same(multirun(tiny, tmp_path, *JOBS, f"hydra/launcher={launcher}"), plain)


def test_a_method_without_figures_in_a_worker_is_exit_code_3(tiny: Path, tmp_path: Path) -> None:
    one = "methods.command.tool.arguments=[/bin/true,'{images}'],[/bin/false,'{images}']"
    done = multirun(tiny, tmp_path, "method=command", one, "hydra/launcher=joblib")
    assert done.exit_code == 3, done.stderr
    assert done.stdout.count("### command, loqo") == 1
    assert "failed: command: " in done.stderr


def test_what_is_impossible_in_one_job_is_found_before_any_starts(
    tiny: Path, tmp_path: Path
) -> None:
    linkages = "methods.raw.linkage=single,wards"
    done = multirun(tiny, tmp_path / "out", "method=raw", linkages, "hydra/launcher=joblib")
    assert done.exit_code == 2
    assert done.stderr.startswith("error: methods.raw.linkage='wards': Input should be 'single'")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_launcher_that_finds_no_cluster_says_so(tiny: Path, tmp_path: Path) -> None:
    nothing = {"PATH": str(tmp_path)}
    done = multirun(tiny, tmp_path, "method=raw", "hydra/launcher=slurm", environment=nothing)
    assert done.exit_code == 2
    assert done.errors[0].startswith("error: hydra/launcher=slurm: ")
    assert "srun" in done.errors[0]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("statement", "exit_code", "expected"),
    [
        (
            "raise KeyError(1)",
            1,
            "in the job dataset.root=data,dataset=folder,method=raw:\nTraceback",
        ),
        ("os.kill(os.getpid(), 9)", 2, "error: hydra/launcher=joblib: TerminatedWorkerError: A "),
    ],
)
def test_a_worker_that_breaks_is_no_success(
    statement: str, exit_code: int, expected: str, tiny: Path, tmp_path: Path
) -> None:
    program = tmp_path / "breaks.py"
    program.write_text(
        "import os\nfrom hydra_app import run\n"
        f"def main(config):\n    {statement}\n"
        "if __name__ == '__main__':\n    run('run', main)\n"
    )
    paths = os.pathsep.join([str(PROGRAM.parent), os.environ.get("PYTHONPATH", "")])
    overrides = ("method=raw,raw_pca", "hydra/launcher=joblib")
    environment = {"PYTHONPATH": paths}
    done = multirun(tiny, tmp_path / "out", *overrides, environment=environment, program=program)
    assert done.exit_code == exit_code, done.stderr
    assert expected in done.stderr


def test_workers_end_with_the_multirun_however_it_ends(tiny: Path, tmp_path: Path) -> None:
    program, pids = tmp_path / "waits.py", tmp_path / "pids"
    program.write_text(
        "import os, time\nfrom hydra_app import run\n"
        "def main(config):\n"
        f"    print(os.getpid(), file=open({str(pids)!r}, 'a'), flush=True)\n"
        "    time.sleep(60)\n"
        "if __name__ == '__main__':\n    run('run', main)\n"
    )
    paths = os.pathsep.join([str(PROGRAM.parent), os.environ.get("PYTHONPATH", "")])
    given = ("method=raw,raw_pca", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
    data = ("dataset=folder", f"dataset.root={tiny.name}", f"out_dir={tmp_path / 'out'}")
    started = subprocess.Popen(
        [sys.executable, program, "--multirun", *given, *data],
        cwd=tiny.parent,
        env=os.environ | {"PYTHONPATH": paths},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert _wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    started.kill()
    started.wait()
    workers = pids.read_text().split()
    assert _wait_until(lambda: not any(Path("/proc", pid, "exe").exists() for pid in workers))


def _wait_until(condition: Callable[[], bool], seconds: float = 40.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


class TestJobs:
    def test_one_without_a_flag_those_of_the_product_with_it_none_for_a_question(self) -> None:
        assert jobs(["method=raw", "seed=1"]) == [["method=raw", "seed=1"]]
        assert jobs(["-m", "method=raw,vgg", "seed=range(2)"]) == [
            ["method=raw", "seed=0"],
            ["method=raw", "seed=1"],
            ["method=vgg", "seed=0"],
            ["method=vgg", "seed=1"],
        ]
        assert jobs(["--help"]) == []
        assert jobs(["--cfg", "job", "method=raw"]) == []

    def test_patterns_stand_for_the_choices_of_a_group(self) -> None:
        assert ["method=vgg_pca"] in jobs(["--multirun", "method=glob(vgg*)"])

    def test_what_cannot_be_read_is_named(self) -> None:
        with pytest.raises(SettingsError, match="cannot read the override 'method=\\[raw'"):
            jobs(["--multirun", "seed=1,2", "method=[raw"])

    def test_several_values_without_the_flag_are_answered_with_both_ways(self) -> None:
        with pytest.raises(SettingsError) as caught:
            compose("run", ["method=raw,vgg"])
        assert "use key=[value1,value2]" in str(caught.value)
        assert "add --multirun" in str(caught.value)

    def test_a_single_run_has_no_name(self) -> None:
        assert job_name() is None


class TestAFolderForEachJob:
    def test_is_named_by_the_overrides(self) -> None:
        assert file_name("method=raw,seed=1") == "method=raw,seed=1"

    def test_lies_below_out_dir_whatever_they_are(self) -> None:
        assert file_name("dataset.root=../a") == "dataset.root=..%2Fa"

    def test_is_another_for_other_overrides(self) -> None:
        texts = ["a=b/c", "a=b%2Fc", "a=b_c", "a=" + "여" * 300 + "x", "a=" + "여" * 300 + "y"]
        names = [file_name(text) for text in texts]
        assert len(set(names)) == len(texts)
        assert max(len(name.encode()) for name in names) <= 255


class TestALauncherThatIsNotThere:
    @pytest.mark.parametrize("launcher", ["ray", "ray_cluster"])
    def test_is_told_with_the_page_that_says_what_it_needs(self, launcher: str) -> None:
        with pytest.raises(SettingsError) as caught:
            compose("run", [f"hydra/launcher={launcher}"])
        message = str(caught.value)
        assert "hydra/launcher/ray'" in message or "no hydra/launcher 'ray'" in message
        assert message.endswith("; docs/clusters.md says what each launcher needs")

    def test_misspelt_lists_all_that_are_possible(self) -> None:
        with pytest.raises(SettingsError) as caught:
            compose("run", ["hydra/launcher=joblip"])
        assert str(caught.value).endswith(
            "possible: basic, joblib, ray_cluster, slurm, submitit_local, submitit_slurm; "
            "docs/clusters.md says what each launcher needs"
        )

    def test_a_misspelt_option_lists_the_launchers_own(self) -> None:
        with pytest.raises(SettingsError, match=r"did you mean hydra\.launcher\.n_jobs\?"):
            compose("run", ["hydra/launcher=joblib", "hydra.launcher.n_job=2"])


@pytest.mark.parametrize("page", ["clusters.md", "running.md"])
def test_the_commands_in_the_pages_compose(page: str) -> None:
    for program, *arguments in commands_of_the_page(".venv", page):
        for overrides in jobs(arguments):
            check(compose(program, overrides))


def test_the_page_on_clusters_tells_the_defaults_on_slurm() -> None:
    job = OmegaConf.load(ROOT / "conf" / "hydra" / "launcher" / "slurm.yaml")
    assert (
        f"gets {job.timeout_min} minutes, {job.cpus_per_task} cores and {job.mem_gb} GB, and "
        f"{job.array_parallelism} run at a time"
    ) in (ROOT / "docs" / "clusters.md").read_text(encoding="utf-8")
