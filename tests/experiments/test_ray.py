"""Ray on this machine and on a cluster, in the environment that `make ray` builds."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from multirun import JOBS, ROOT, Multirun, assert_same, commands_of_the_page, multirun
from ray_cluster import RAY, cluster, own_ray

COMPOSE = """
import json, sys
sys.path.insert(0, "experiments")
from configuration import check
from hydra_app import compose, jobs
for program, *arguments in json.load(sys.stdin):
    for overrides in jobs(arguments):
        check(compose(program, overrides))
"""

pytestmark = pytest.mark.ray


@pytest.fixture
def ray_environment() -> Iterator[dict[str, str]]:
    with own_ray() as environment:
        yield environment


def test_ray_on_this_machine_gives_the_same(
    tiny: Path, plain: Multirun, tmp_path: Path, ray_environment: dict[str, str]
) -> None:
    overrides = (*JOBS, "hydra/launcher=ray", "+hydra.launcher.ray.init.num_cpus=2")
    done = multirun(tiny, tmp_path, *overrides, python=RAY / "python", environment=ray_environment)
    assert_same(done, plain)


def test_a_ray_cluster_gives_the_same(
    tiny: Path, plain: Multirun, tmp_path: Path, ray_environment: dict[str, str]
) -> None:
    out = tmp_path / "out"
    overrides = (*JOBS, "hydra/launcher=ray_cluster")
    with cluster(ray_environment, tmp_path):
        done = multirun(tiny, out, *overrides, python=RAY / "python", environment=ray_environment)
    assert_same(done, plain)


def test_the_commands_in_the_page_on_clusters_compose() -> None:
    commands = json.dumps(commands_of_the_page(".venv-ray"))
    subprocess.run([RAY / "python", "-c", COMPOSE], input=commands, text=True, cwd=ROOT, check=True)
