"""Multiruns of experiments/run.py as a user starts them, and what they leave behind."""

import os
import shlex
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "experiments" / "run.py"
NOT_REPEATABLE = {"timings.csv", "run.json"}
# Two jobs that give figures, and two that cannot: `shared` needs vgg_pca in the run.
JOBS = ("method=raw,raw_pca", "protocol=loqo,shared")


@dataclass(frozen=True)
class Multirun:
    """What a multirun left behind; its `out_dir` is called OUT in what it printed."""

    exit_code: int
    stdout: str
    stderr: str
    out_dir: Path

    @property
    def errors(self) -> list[str]:
        return [line for line in self.stderr.splitlines() if line.startswith("error: ")]

    @property
    def files(self) -> dict[str, bytes]:
        """By path below `out_dir`, the results that are the same whenever they are made."""
        return {
            str(path.relative_to(self.out_dir)): path.read_bytes()
            for path in self.out_dir.glob("*/[!.]*.*")
            if not path.parent.name.startswith(".") and path.name not in NOT_REPEATABLE
        }


def multirun(
    tiny: Path,
    out_dir: Path,
    *overrides: str,
    python: Path | str = sys.executable,
    environment: dict[str, str] | None = None,
    program: Path = PROGRAM,
) -> Multirun:
    """Run a program with a cache of its own, from a folder that holds the data."""
    done = subprocess.run(
        [
            *(python, program, "--multirun", *overrides),
            # Relative, as a user writes them; workers must find them all the same.
            *("dataset=folder", f"dataset.root={tiny.name}", f"out_dir={out_dir}"),
            f"cache_dir={out_dir}/cache",
        ],
        cwd=tiny.parent,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    stdout = done.stdout.replace(str(out_dir), "OUT")
    return Multirun(done.returncode, stdout, done.stderr, out_dir)


def assert_same(done: Multirun, plain: Multirun) -> None:
    assert done.exit_code == plain.exit_code, done.stderr
    assert done.files == plain.files
    assert done.stdout == plain.stdout
    assert done.errors == plain.errors
    assert "Traceback" not in done.stderr


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port: int = any_port.getsockname()[1]
        return port


def commands_of_the_page(environment: str, page: str = "clusters.md") -> list[list[str]]:
    """Return the programs in a page of docs/ that an environment runs, with their arguments."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").replace("\\\n", " ")
    start = f"    {environment}/bin/python experiments/"
    lines = [line for line in text.splitlines() if line.startswith(start)]
    assert lines
    commands = [shlex.split(line, comments=True) for line in lines]
    return [[Path(words[1]).stem, *words[2:]] for words in commands]
