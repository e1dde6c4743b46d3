"""What pip installs for somebody who has no checkout: small, whole, and it groups a folder."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
MOST_BYTES = 400e6

pytestmark = pytest.mark.slow


def outside(**others: str) -> dict[str, str]:
    """Give what processes are told, but not where this checkout is."""
    return {**{k: v for k, v in os.environ.items() if k != "PYTHONPATH"}, **others}


def run(*command: object, **settings: object) -> subprocess.CompletedProcess[str]:
    texts = [str(part) for part in command]
    settings = {"env": outside(), **settings}
    return subprocess.run(texts, capture_output=True, text=True, check=False, **settings)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, since setuptools leaves things where it builds."""
    folder = tmp_path_factory.mktemp("wheel")
    copied = run("git", "ls-files", "-z", cwd=ROOT)
    if copied.returncode:
        pytest.skip("no checkout")
    for name in filter(None, copied.stdout.split("\0")):
        if name.startswith(("dupeval/", "conf/", "experiments/")) or "/" not in name:
            target = folder / "source" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    built = run(
        *(*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation"),
        *("--wheel-dir", folder, folder / "source"),
    )
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of programs of an environment that has only what the wheel asks for."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    constraints = ROOT / "constraints.txt"
    installed = run(*pip, "install", "--quiet", "--timeout", 20, "-c", constraints, wheel)
    if installed.returncode:
        reached = run(*pip, "download", "--quiet", "--no-deps", "-d", folder, "shellingham")
        if reached.returncode:
            pytest.skip("no package index within reach")
    assert installed.returncode == 0, installed.stderr
    return folder / "bin"


def test_it_is_small(environment: Path) -> None:
    files = [path for path in environment.parent.rglob("*") if path.is_file()]
    assert sum(path.lstat().st_size for path in files if not path.is_symlink()) < MOST_BYTES
    names = {path.name for path in environment.parent.glob("lib/python*/site-packages/*")}
    assert not {"torch", "scipy", "pandas", "pyarrow", "sklearn", "matplotlib"} & names


def test_it_groups_a_folder(environment: Path, photos: Path, tmp_path: Path) -> None:
    settings = {"cwd": tmp_path, "env": outside(DUPEVAL_CACHE=str(tmp_path / "cache"))}
    done = run(environment / "dupeval", "group", photos, "-q", **settings)
    assert done.returncode == 0, done.stderr
    assert "9 images, 2 groups of 8 of them" in done.stdout
    names = {path.name for path in (tmp_path / "dupeval-groups").iterdir()}
    assert {"groups.csv", "groups.json", "groups.html"} <= names
    assert "groups.parquet" not in names
    again = run(environment / "dupeval", "group", photos, "--method", "sift", "-q", **settings)
    assert again.returncode == 2
    assert "pip install 'dupeval[experiments]'" in again.stderr


def test_it_has_the_experiments_and_says_what_they_need(environment: Path, tmp_path: Path) -> None:
    settings = {"cwd": tmp_path}
    listed = run(environment / "python", "-m", "dupeval", "experiment", **settings)
    assert "table1 " in listed.stdout
    assert "reference" not in listed.stdout
    refused = run(environment / "dupeval", "experiment", "table1", **settings)
    assert refused.returncode == 2
    assert "pip install 'dupeval[experiments]'" in refused.stderr


def test_the_programs_of_the_wheel_run_where_their_packages_are(
    wheel: Path, tmp_path: Path
) -> None:
    """The packages are those of this environment, the program and its configuration the wheel's."""
    target = tmp_path / "site"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    assert run(*pip, "install", "--quiet", "--no-deps", "--target", target, wheel).returncode == 0
    settings = {"cwd": tmp_path, "env": outside(PYTHONPATH=str(target))}
    code = "import dupeval.cli.programs as p; print(p.programs_dir())"
    where = run(sys.executable, "-c", code, **settings)
    assert where.stdout.strip() == str(target / "dupeval" / "programs" / "experiments")
    said = run(
        *(sys.executable, "-m", "dupeval", "experiment", "run", "dataset=folder"),
        *("dataset.root=nowhere", "method=raw"),
        **settings,
    )
    assert said.returncode == 2, said.stderr
    assert "the dataset nowhere has 1 problem" in said.stderr
