"""Several programs in one table, as docs/tools.md tells."""

import re
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

import hydra_app
import pandas as pd
import pytest
from configuration import build_methods, build_protocols
from fake_dataset import byte_copies
from fake_program import EQUAL_FILES, fake_program
from hydra_app import CONF_DIR, compose

from dupeval.evaluation import evaluate
from dupeval.method import Resources
from dupeval.statistics import Comparison
from dupeval.tables import per_query_table, table1

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "tools.md").read_text(encoding="utf-8")
# As fdupes prints: a path a line, an empty line after each group of two or more.
BLOCKS = EQUAL_FILES.replace(
    "    print(*group)", '    if len(group) > 1: print(*group, "", sep="\\n")'
)


def rows(tmp_path: Path, *overrides: str) -> pd.DataFrame:
    """Evaluate methods on two queries, of three images each with one pair."""
    images = {"a b.png": "p", "c.png": "p", "d.png": "q"}
    dataset = byte_copies(tmp_path / "data", {"one": images, "둘": images})
    config = compose("table1", ["protocol=fixed", *overrides])
    methods, protocols = build_methods(config), build_protocols(config)
    evaluation = evaluate(methods, protocols, dataset, Resources(tmp_path / "cache"))
    assert evaluation.absences == ()
    table = table1(
        per_query_table(evaluation.results),
        Comparison("vgg_pca", {}, 0),
        "test",
        evaluation.sources,
    )
    return table[table["source"] == "measured"].set_index("method")


def program(tmp_path: Path, name: str, code: str) -> str:
    return fake_program(tmp_path / name, code)


def arguments(method: str, *parts: str) -> str:
    quoted: Sequence[str] = [f'"{part}"' for part in parts]
    return f"methods.{method}.tool.arguments=[{','.join(quoted)}]"


def test_a_row_more_is_a_command_under_another_name(tmp_path: Path) -> None:
    equal = program(tmp_path, "equal", EQUAL_FILES)
    blocks = program(tmp_path, "blocks", BLOCKS)
    table = rows(
        tmp_path,
        *("method=command", arguments("command", equal, "{images}")),
        *("+method@methods.other=command", arguments("other", blocks, "{images}")),
        "methods.other.tool.output=blocks",
    )
    assert table["f1"].to_dict() == {"command": 1.0, "other": 1.0}
    assert table["threshold"].isna().all()


def test_a_row_shows_the_number_that_it_was_given_in_place_of_a_threshold(tmp_path: Path) -> None:
    code = EQUAL_FILES.replace("sys.argv[1:]", "sys.argv[2:]")
    command = program(tmp_path, "program", code)
    table = rows(
        tmp_path,
        *("method=command", arguments("command", command, "{value}", "{images}")),
        *("methods.command.tool.values=[5,10]", "methods.command.setting={value: 10}"),
        *("+method@methods.one=command", arguments("one", command, "{value}", "{images}")),
        "methods.one.tool.values=[0.5]",
    )
    assert table["threshold"].to_dict() == {"command": 10.0, "one": 0.5}


def test_groups_in_the_wrong_format_are_no_silent_zero(tmp_path: Path) -> None:
    blocks = program(tmp_path, "blocks", BLOCKS)
    with pytest.warns(UserWarning) as caught:
        table = rows(tmp_path, "method=command", arguments("command", blocks, "{images}"))
    assert table["f1"].to_dict() == {"command": 0.0}
    format_, row = (str(warning.message) for warning in caught)
    assert format_.startswith(
        "command on 2 queries: its output is read as lines, but it looks like"
    )
    assert row.startswith("command under fixed puts no two images together in any of 2 queries; ")


def test_a_file_of_ones_own_as_the_page_shows_it_is_a_method_like_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    shutil.copytree(CONF_DIR, tmp_path / "conf")
    (tmp_path / "conf" / "method" / "fdupes.yaml").write_text(text)
    (tmp_path / "bin").mkdir()
    code = """
        import os, sys
        if sys.argv[1] == "--version":
            sys.exit(print("fdupes 2.2.1"))
        paths = [os.path.join(sys.argv[1], name) for name in sorted(os.listdir(sys.argv[1]))]
        sys.argv[1:] = paths
    """
    fake_program(tmp_path / "bin" / "fdupes", code + BLOCKS.replace("\n    ", "\n        "))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    monkeypatch.setattr(hydra_app, "CONF_DIR", str(tmp_path / "conf"))
    assert rows(tmp_path, "method=[fdupes]")["f1"].to_dict() == {"fdupes": 1.0}
    assert list(compose("run", ["method=[raw,fdupes]"]).methods) == ["raw", "fdupes"]


def test_what_the_page_shows_composes() -> None:
    start = ".venv/bin/python experiments/table1.py"
    lines = [line.strip() for line in PAGE.replace("\\\n", " ").splitlines()]
    commands = [shlex.split(line)[2:] for line in lines if line.startswith(start)]
    assert len(commands) == 3
    for overrides in commands:
        assert build_methods(compose("table1", overrides))
