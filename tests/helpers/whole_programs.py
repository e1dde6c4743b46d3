"""Programs as a user starts them, on small data: run whole, run to a moment, and run again."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watched import told_plainly

# Tries of each program and fault.
N = int(os.environ.get("DUPEVAL_FAULTS", "50"))
ROOT = Path(__file__).resolve().parents[2]
NOT_REPEATABLE = {"timings.csv", "run.json", ".dupeval"}
PHOTOGRAPHS = dict(
    zip(("a.png", "b.jpg", "c.png", "d.png", "e.png", "f.gif"), "ppqqrs", strict=True)
)
_METHODS = ("method=[raw,raw_pca,imagehash_dhash]", "methods.raw_pca.reduction.n_components=3")


def _table1(data: Path) -> list[str]:
    return ["table1.py", *_METHODS, "protocol=[loqo,oracle]", *_dataset(data)]


def _sweep(data: Path) -> list[str]:
    grid = ("method=[raw,raw_pca]", "grid.linkage=[single,average]", "processes=2")
    return ["sweep.py", *grid, "grid_of.raw_pca.n_components=[2,3]", *_dataset(data)]


def _suite(data: Path) -> list[str]:
    names = ("first", "second")
    each = (f"+datasets.{n}=[dataset=folder,dataset.root={data},dataset.name={n}]" for n in names)
    return ["suite.py", *each, "only=[first,second]", *_METHODS, "named=[raw,raw_pca]"]


def _dataset(data: Path) -> list[str]:
    return ["dataset=folder", f"dataset.root={data}"]


PROGRAMS: dict[str, Callable[[Path], list[str]]] = {
    "table1": _table1,
    "sweep": _sweep,
    "suite": _suite,
    "group": lambda data: ["group", str(data / "images")],
}
# It ends when it is told to.
LABEL = "label"
_BY_NAME = PROGRAMS | {LABEL: lambda data: ["label", str(data), "--no-browser"]}


@dataclass(frozen=True)
class Whole:
    """What a program leaves behind that nothing disturbs."""

    files: dict[str, bytes]
    seconds: float


@dataclass(frozen=True)
class Place:
    """Where one program is run, again and again."""

    program: str
    data: Path
    folder: Path

    def __post_init__(self) -> None:
        # By this folder all is known that was started, tools too, whose home is in it.
        self.temporary.mkdir(parents=True, exist_ok=True)

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def command(self) -> list[str]:
        program, *others = _BY_NAME[self.program](self.data)
        cache = self.folder / "cache"
        if not program.endswith(".py"):
            own = ["--out", str(self.out), "--cache", str(cache), "--quiet"]
            return [sys.executable, "-m", "dupeval", program, *others, *own]
        own = [f"out_dir={self.out}", f"cache_dir={cache}", "progress=false"]
        return [sys.executable, str(ROOT / "experiments" / program), *others, *own]

    def start(self, *before: str, **more: Any) -> subprocess.Popen[bytes]:
        """Start it; `before` is what starts it, `more` other arguments of Popen."""
        ways = {"env": self.environment, "stdout": subprocess.DEVNULL} | more
        return subprocess.Popen(
            [*before, *self.command],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **ways,
        )

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(self.temporary)}

    def run(self) -> str:
        """Run it whole, and return what it wrote of errors."""
        process = self.start()
        _, errors = process.communicate(timeout=600)
        assert process.returncode == 0, errors.decode()
        return errors.decode()

    def whole(self) -> Whole:
        started = time.monotonic()
        self.run()
        return Whole(self.files(), time.monotonic() - started)

    def files(self) -> dict[str, bytes]:
        """Return the results that are the same whenever they are made."""
        found = self.out.iterdir() if self.out.exists() else ()
        return {p.name: p.read_bytes() for p in found if p.name not in NOT_REPEATABLE}

    def wrong(self, whole: Whole) -> list[str]:
        """Return what is wrong of what lies there, which whoever reads it would not be told."""
        described = self.out / "run.json"
        if not described.exists():
            # Nothing vouches for the others, which no program reads then.
            return []
        outputs = json.loads(described.read_bytes())["outputs"]
        there = {name: (self.out / name).read_bytes() for name in outputs}
        faults = [
            f"{name} is not what run.json says"
            for name, content in there.items()
            if hashlib.sha256(content).hexdigest() != outputs[name]
        ]
        return faults + [
            f"{name} is another than without a fault"
            for name, content in there.items()
            if name not in NOT_REPEATABLE and content != whole.files[name]
        ]

    def processes(self) -> set[int]:
        """Return what still runs of all that was started in this folder."""
        token, found = os.fsencode(self.temporary), set()
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if token in path.read_bytes():
                    found.add(int(path.parent.name))
            except OSError:
                continue
        return found

    def is_quiet(self, seconds: float = 15.0) -> bool:
        """Wait until nothing runs any longer."""
        deadline = time.monotonic() + seconds
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self.processes()

    def left_over(self) -> list[str]:
        """Return what is there that no finished run leaves behind."""
        names = (path.name for path in self.out.iterdir()) if self.out.exists() else ()
        return [name for name in names if name.startswith(".unfinished") or name.endswith(".tmp")]


def said_plainly(errors: str) -> bool:
    """Whether a program that could not go on said so in a sentence."""
    return bool(errors.strip()) and told_plainly(errors)


def ways(n: int, programs: Sequence[str]) -> list[tuple[str, int]]:
    """Return n tries of each program."""
    return [(program, i) for program in programs for i in range(n)]
