"""What ``--help`` says of every program."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from help_page import WIDTH, help_page
from hydra_app import compose

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENTS = ROOT / "experiments"
# Those on Hydra.
PROGRAMS = sorted(
    path.stem for path in EXPERIMENTS.glob("*.py") if "main, __doc__)" in path.read_text("utf-8")
)


def page(program: str) -> str:
    text = (EXPERIMENTS / f"{program}.py").read_text("utf-8")
    return help_page(program, text.split('"""')[1])


def options(text: str, group: str) -> list[str]:
    block = next(part for part in text.split("\n\n") if part.startswith(f"{group}:\n"))
    return [line.split()[0] for line in block.splitlines()[1:]]


def test_every_program_that_runs_has_one() -> None:
    run = [p.stem for p in EXPERIMENTS.glob("*.py") if "\n    run(" in p.read_text("utf-8")]
    assert sorted(run) == PROGRAMS
    assert {"run", "table1", "sweep", "figures", "readings", "report", "explain"} <= set(PROGRAMS)


@pytest.mark.parametrize("program", PROGRAMS)
class TestEveryPage:
    def test_fits(self, program: str) -> None:
        assert max(map(len, page(program).splitlines())) <= WIDTH

    def test_has_three_examples_that_can_be_composed(self, program: str) -> None:
        found = re.findall(rf"python experiments/{program}\.py(.*)\n", page(program))
        assert len(found) >= 3
        for arguments in found:
            compose(program, shlex.split(arguments))

    def test_lists_methods_protocols_and_datasets_as_the_configuration_has_them(
        self, program: str
    ) -> None:
        for group in ("method", "protocol", "dataset"):
            there = sorted(path.stem for path in (ROOT / "conf" / group).glob("*.yaml"))
            assert options(page(program), group) == there

    def test_says_what_settings_are(self, program: str) -> None:
        assert "  seed=0                           the source of all randomness" in page(program)


def test_figures_are_listed_where_they_are_drawn() -> None:
    there = sorted(path.stem for path in (ROOT / "conf" / "figure").glob("*.yaml"))
    assert options(page("figures"), "figure") == there
    assert "\nfigure:\n" not in page("table1")


def test_every_choice_has_a_line_of_its_own_words() -> None:
    for group in ("method", "protocol", "dataset", "metric"):
        block = page("table1").split(f"\n\n{group}:\n")[1].split("\n\n")[0]
        assert all(len(line.split()) > 2 for line in block.splitlines()), group


def test_a_program_prints_it_and_does_nothing_else() -> None:
    script = (
        "import runpy, sys; sys.path.insert(0, 'experiments'); sys.argv = ['table1.py', '-h']\n"
        "try: runpy.run_path('experiments/table1.py', run_name='__main__')\n"
        "finally: print('torch' in sys.modules, 'matplotlib' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "False False\n")
    assert done.stdout == page("table1") + "\n"
