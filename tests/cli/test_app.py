"""The program's help comes at once; commands are what they say."""

import pytest

import dupeval as package

HEAVY = "{'torch', 'scipy', 'pandas', 'sklearn', 'matplotlib', 'hydra', 'numpy', 'PIL', 'cv2'}"


COMMANDS = ("group", "label", "calibrate", "made", "convert", "report", "experiment")


@pytest.mark.parametrize("arguments", [[], *([name] for name in COMMANDS)], ids=" ".join)
def test_help_imports_next_to_nothing(arguments: list[str], process) -> None:
    code = (
        "import sys\n"
        "from dupeval.cli.app import app\n"
        f"app({[*arguments, '--help']}, standalone_mode=False)\n"
        f"assert not {HEAVY} & set(sys.modules), {HEAVY} & set(sys.modules)\n"
    )
    run = process("-c", code)
    assert run.returncode == 0, run.stderr
    assert "Examples:" in run.stdout or not arguments


def test_the_version_is_said(dupeval) -> None:
    assert dupeval("--version").stdout == f"dupeval {package.__version__}\n"


def test_experiments_are_listed_with_what_they_do(dupeval) -> None:
    run = dupeval("experiment")
    assert run.exit_code == 0, run.stderr
    listed = [line.split()[0] for line in run.stdout.splitlines()]
    assert {"table1", "sweep", "figures", "report", "run", "readings"} <= set(listed)
    assert not {"configuration", "console", "hydra_app", "program"} & set(listed)


def test_an_experiment_gets_its_overrides_and_gives_its_exit_code(process) -> None:
    run = process("-m", "dupeval", "experiment", "run", "method=magic")
    assert run.returncode == 2
    assert "there is no method 'magic'; possible: " in run.stderr
    run = process("-m", "dupeval", "experiment", "run", "--help")
    assert "Choices: GROUP=NAME" in run.stdout


def test_an_unknown_experiment_is_a_sentence(dupeval) -> None:
    run = dupeval("experiment", "magic")
    assert run.exit_code == 2
    assert "there is no experiment 'magic'; possible: " in run.stderr
