"""The program: many settings, computed once, whatever interrupts it."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sweep
from configuration import checked
from hydra_app import compose

from dupeval.errors import SettingsError
from dupeval.sweep import work
from dupeval.sweep.tables import read_curve

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("a.png", "b.jpg", "c.png", "d.png", "e.png", "f.gif")
TABLES = ("sweep.parquet", "sweep.csv", "curves.parquet", "best.csv", "best.md")


@pytest.fixture(scope="module")
def four_queries(
    tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]
) -> Path:
    photographs = [dict(zip(NAMES, letters, strict=True)) for letters in ("ppqqrs", "pqrrss")]
    queries = {str(q): photographs[q % 2] for q in range(4)}
    return make_dataset(tmp_path_factory.mktemp("data") / "four", queries)


@pytest.fixture
def arguments(four_queries: Path, tmp_path: Path) -> list[str]:
    return [
        *("dataset=folder", f"dataset.root={four_queries}", "progress=false"),
        *(f"cache_dir={tmp_path / 'cache'}", f"out_dir={tmp_path / 'out'}"),
        *("method=[raw,raw_pca]", "grid.linkage=[single,average]", "grid.metric=euclidean"),
        *("grid.n_components=[1,0.9]", "grid_of.raw.size=[8,16]"),
    ]


def run(arguments: list[str], *more: str) -> int:
    """Run the program in this process; later overrides win, as on the command line."""
    last = {word.split("=")[0].lstrip("+"): word for word in (*arguments, *more)}
    return sweep.main(checked(compose("sweep", list(last.values()))))


def contents(folder: Path) -> Mapping[str, bytes]:
    return {name: (folder / name).read_bytes() for name in TABLES}


def refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def outcomes(*_: Any) -> None:
        raise AssertionError("something was computed")

    monkeypatch.setattr(work, "outcomes", outcomes)


class TestResults:
    def test_one_row_a_setting_protocol_and_query_set(
        self, arguments: list[str], tmp_path: Path
    ) -> None:
        assert run(arguments) == 0
        table = pd.read_parquet(tmp_path / "out" / "sweep.parquet")
        settings = table.groupby("method")["setting"].nunique()
        assert settings.to_dict() == {"raw": 4, "raw_pca": 4}
        assert set(table["protocol"]) == {"loqo", "oracle"}
        assert table["query_set"].unique().tolist() == ["all", "0", "1", "2", "3"]
        assert len(table) == 8 * 2 * 5

    def test_a_mean_is_that_of_the_queries(self, arguments: list[str], tmp_path: Path) -> None:
        run(arguments)
        table = pd.read_parquet(tmp_path / "out" / "sweep.parquet")
        whole = table[table["query_set"] == "all"].set_index(["setting", "protocol"])
        each = table[table["query_set"] != "all"].groupby(["setting", "protocol"])
        for score in ("precision", "recall", "f1"):
            means = each[score].mean().loc[whole.index]
            np.testing.assert_allclose(whole[score], means)

    def test_scores_are_those_of_the_curves_beside_them(
        self, arguments: list[str], tmp_path: Path
    ) -> None:
        run(arguments, "query_sets=each")
        table = pd.read_parquet(tmp_path / "out" / "sweep.parquet")
        curves = pd.read_parquet(tmp_path / "out" / "curves.parquet")
        assert len(table) == 8 * 2 * 4
        for row in table.itertuples():
            scores = read_curve(curves, row.setting, row.query_set).at(row.threshold)
            assert (row.precision, row.recall, row.f1) == (
                scores.precision,
                scores.recall,
                scores.f1,
            )

    def test_best_names_the_setting_with_the_best_held_out_score(
        self, arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run(arguments)
        table = pd.read_csv(tmp_path / "out" / "sweep.csv")
        best = pd.read_csv(tmp_path / "out" / "best.csv").set_index(["chosen_by", "method"])
        for (protocol, method), row in best.iterrows():
            own = table[(table["protocol"] == protocol) & (table["method"] == method)]
            own = own[own["query_set"] == "all"]
            assert row[f"f1_{protocol}"] == pytest.approx(own["f1"].max(), abs=1e-5)
            assert row["setting"] in set(own["setting"])
        assert (tmp_path / "out" / "best.md").read_text() in capsys.readouterr().out

    def test_a_protocol_that_needs_a_method_of_another_run_is_left_out_and_named(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        run(arguments)
        assert "protocol shared is left out: it takes its threshold from vgg_pca" in (
            capsys.readouterr().err
        )

    def test_a_shared_threshold_is_that_of_the_reference_as_it_is_configured(
        self, arguments: list[str], tmp_path: Path
    ) -> None:
        own = ("linkage=average", "metric=euclidean")
        run(
            [*arguments, *(f"methods.raw.{setting}" for setting in own)],
            *("protocol=[oracle,shared]", "protocols.shared.reference=raw", "query_sets=all"),
            "methods.raw.representation.size=16",
        )
        table = pd.read_parquet(tmp_path / "out" / "sweep.parquet")
        shared = table[table["protocol"] == "shared"]["threshold"].unique()
        reference = table.query(
            "method == 'raw' and size == 16 and linkage == 'average' and protocol == 'oracle'"
        )
        assert shared.tolist() == reference["threshold"].tolist()

    def test_fixed_holds_for_every_setting(self, arguments: list[str], tmp_path: Path) -> None:
        run(arguments, "protocol=fixed", "methods.raw.threshold=3", "query_sets=all")
        table = pd.read_csv(tmp_path / "out" / "sweep.csv")
        assert set(table[table["method"] == "raw"]["threshold"]) == {3}


class TestCombinationsWithoutMeaning:
    GRID = ("grid.linkage=[single,ward,average]", "grid.metric=[euclidean,cosine]")
    WARD = (
        "linkage=ward needs metric=euclidean, not cosine; with metric=cosine these linkages are "
        "possible: single, complete, average, weighted"
    )

    def test_are_left_out_and_told_once_a_method(
        self, arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run(arguments, *self.GRID, "protocol=[loqo,oracle]")
        # Two sizes of raw pixels, or two numbers of components, each with six combinations.
        assert capsys.readouterr().err.splitlines() == [
            f"{method}: 2 of 12 combinations are left out: {self.WARD}"
            for method in ("raw", "raw_pca")
        ]
        table = pd.read_parquet(tmp_path / "out" / "sweep.parquet")
        tried = table.groupby("method")[["linkage", "metric"]].value_counts().unstack(fill_value=0)
        assert set(map(tuple, tried.gt(0).to_numpy().tolist())) == {(True, True), (False, True)}
        assert table.groupby("method")["setting"].nunique().to_dict() == {"raw": 10, "raw_pca": 10}

    def test_are_told_with_every_reason(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        grid = ("grid.linkage=[single,ward]", "grid.metric=[euclidean,cosine,correlation]")
        run(arguments, *grid, "protocol=oracle")
        _, line = capsys.readouterr().err.splitlines()
        assert line.startswith("raw_pca: 6 of 12 combinations are left out: ")
        assert line.count(self.WARD) == 1
        assert line.count("linkage=ward needs metric=euclidean, not correlation") == 1
        assert line.count("metric=correlation depends on the signs") == 1

    def test_are_an_error_where_there_is_no_other(
        self, arguments: list[str], tmp_path: Path
    ) -> None:
        with pytest.raises(SettingsError) as caught:
            run(arguments, "grid.linkage=ward", "grid.metric=cosine")
        assert str(caught.value) == f"method raw: {self.WARD}"
        assert not (tmp_path / "out").exists()


class TestWhatIsComputed:
    def test_what_is_stored_is_not_computed_again(
        self, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run(arguments)
        before = contents(tmp_path / "out")
        refuse(monkeypatch)
        run(arguments, f"out_dir={tmp_path / 'again'}")
        assert contents(tmp_path / "again") == before

    def test_only_what_is_missing_is_computed(
        self, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run(arguments)
        asked: list[Any] = []
        real = work.outcomes
        monkeypatch.setattr(
            work,
            "outcomes",
            lambda plain, settings, *_: asked.append(settings) or real(plain, settings, *_),
        )
        run(arguments, "grid.n_components=[1,0.9,3]")
        assert asked == [
            [
                {"linkage": linkage, "metric": "euclidean", "n_components": 3}
                for linkage in ("single", "average")
            ]
        ]

    def test_always_computes_all_anew(self, arguments: list[str], tmp_path: Path) -> None:
        run(arguments)
        before = contents(tmp_path / "out")
        files = list((tmp_path / "cache" / "sweep").rglob("*.safetensors"))
        known = {path: path.stat().st_ino for path in files}
        assert len(known) == 8
        run(arguments, "compute=always")
        assert all(path.stat().st_ino != inode for path, inode in known.items())
        assert contents(tmp_path / "out") == before

    def test_never_computes_nothing_and_says_how_much_is_missing(
        self, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run(arguments)
        refuse(monkeypatch)
        run(arguments, "compute=never")
        with pytest.raises(SettingsError) as caught:
            run(arguments, "compute=never", "grid.n_components=[1,2]")
        assert str(caught.value) == (
            "compute=never, but 2 of 8 settings are not stored; possible: compute=only_missing"
        )

    def test_a_damaged_file_is_computed_again(self, arguments: list[str], tmp_path: Path) -> None:
        run(arguments)
        before = contents(tmp_path / "out")
        damaged = next((tmp_path / "cache" / "sweep").rglob("*.safetensors"))
        damaged.write_bytes(damaged.read_bytes()[:-1])
        with pytest.warns(UserWarning, match="is damaged and is computed again"):
            run(arguments)
        assert contents(tmp_path / "out") == before

    def test_results_do_not_depend_on_the_number_of_processes(
        self, arguments: list[str], tmp_path: Path
    ) -> None:
        run(arguments)
        before = contents(tmp_path / "out")
        run(arguments, "processes=2", f"cache_dir={tmp_path / 'other'}")
        assert contents(tmp_path / "out") == before


class TestInterrupted:
    """A sweep of many small families, stopped half way by a signal."""

    def stopped(self, arguments: list[str], cache: Path, number: int) -> tuple[int, str]:
        command = [sys.executable, "experiments/sweep.py", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 120
        while len(list(cache.rglob("*/*.safetensors"))) < 5 and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        process.send_signal(number)
        _, errors = process.communicate()
        return process.returncode, errors

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
    def test_goes_on_where_it_was(self, arguments: list[str], tmp_path: Path, number: int) -> None:
        sizes = f"grid_of.raw.size={[*range(2, 52)]}".replace(" ", "")
        many = [*arguments[:-2], sizes, "method=raw"]
        stored = tmp_path / "cache" / "sweep"
        returned, errors = self.stopped(many, stored, number)
        if number == signal.SIGINT:
            assert (returned, errors) == (130, "stopped; the same command goes on where it was\n")
        else:
            assert returned == -signal.SIGKILL
        assert not (tmp_path / "out").exists()
        finished = {p: p.stat() for p in stored.rglob("*/*.safetensors")}
        assert 5 <= len(finished) < 100

        run(many)
        assert len(list(stored.rglob("*/*.safetensors"))) == 100
        for path, before in finished.items():
            after = path.stat()
            assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
        run(many, f"cache_dir={tmp_path / 'other'}", f"out_dir={tmp_path / 'whole'}")
        assert contents(tmp_path / "out") == contents(tmp_path / "whole")


class TestWhatIsNotPossible:
    @pytest.mark.parametrize(
        ("overrides", "expected"),
        [
            (["grid.layer=gap"], "grid.layer: there is no such parameter to try; possible: size"),
            (["+grid.depth=3"], "grid.depth: there is no such parameter to try; possible: size"),
            (["grid.linkage=[]"], "grid.linkage=[] is empty; possible: a list of values"),
            (["grid.linkage=wards"], "method raw: linkage='wards': Input should be 'single'"),
            (["grid_of.vgg.size=8"], "grid_of.vgg: no such method in this run; possible: raw"),
            (
                ["grid.n_components=[1,50]"],
                "method raw_pca: n_components=50 with fit=others: the data allow 1 to 11, or a ",
            ),
            (
                ["grid.n_components=12", "grid_of.raw_pca.size=1", "protocol=oracle"],
                "method raw_pca: n_components=12 with fit=others: the data allow 1 to 3, or a ",
            ),
            (["compute=sometimes"], "compute='sometimes': Input should be 'always', 'never' or"),
            (["processes=0"], "processes=0: Input should be greater than 0"),
            (["query_sets=none"], "query_sets='none': Input should be 'all' or 'each'"),
            (
                ["protocol=shared"],
                "protocol shared is left out: it takes its threshold from vgg_pca, which is not in "
                "this run; possible: protocol=[loqo,oracle]",
            ),
            (
                ["protocol=fixed", "methods.raw.threshold=null"],
                "method raw, protocol fixed: protocol=fixed needs methods.raw.threshold",
            ),
        ],
    )
    def test_is_named_with_what_is_possible_before_anything_is_written(
        self, arguments: list[str], tmp_path: Path, overrides: list[str], expected: str
    ) -> None:
        with pytest.raises(SettingsError) as caught:
            run(arguments, *overrides)
        assert str(caught.value).startswith(expected)
        assert "\n" not in str(caught.value)
        assert not (tmp_path / "out").exists()
        assert not (tmp_path / "cache" / "sweep").exists()

    def test_an_empty_grid_lists_the_parameters(self, arguments: list[str]) -> None:
        nothing = [f"grid.{name}=null" for name in ("linkage", "metric", "n_components")]
        with pytest.raises(SettingsError, match=r"the grid is empty; possible: .* with size, "):
            run(arguments[:-1], *nothing)

    def test_a_misspelt_parameter_names_the_nearest(self, arguments: list[str]) -> None:
        with pytest.raises(SettingsError, match=r"did you mean grid\.linkage\?"):
            run(arguments, "grid.lnkage=single")

    def test_a_method_without_vectors_has_no_settings_to_sweep(
        self, arguments: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sweep, "build_methods", lambda config: {"tool": object()})
        with pytest.raises(SettingsError, match="which tool is not; possible in this run: none"):
            run(arguments)


class TestSmallDatasets:
    def small(self, tmp_path: Path, make_dataset: Callable[..., Path], *queries: str) -> list[str]:
        root = make_dataset(
            tmp_path / "small",
            {str(q): dict(zip(NAMES, letters, strict=False)) for q, letters in enumerate(queries)},
        )
        return [
            *("dataset=folder", f"dataset.root={root}", "progress=false", "method=[raw,raw_pca]"),
            *(f"cache_dir={tmp_path / 'cache'}", f"out_dir={tmp_path / 'out'}"),
        ]

    def settings(self, tmp_path: Path) -> dict[str, int]:
        table = pd.read_csv(tmp_path / "out" / "sweep.csv")
        return table.groupby("method")["setting"].nunique().to_dict()

    def test_two_queries_leave_nothing_to_fit_components_on(
        self, tmp_path: Path, make_dataset: Callable[..., Path]
    ) -> None:
        arguments = self.small(tmp_path, make_dataset, "ppqq", "ppqr")
        with pytest.raises(SettingsError) as caught:
            run(arguments)
        assert str(caught.value) == (
            "method raw_pca: fit=others leaves 0 images to fit PCA on; possible: fit=query, or a "
            "dataset with more queries"
        )
        run(arguments, "grid.fit=query")
        assert self.settings(tmp_path) == {"raw": 6, "raw_pca": 6 * 3}
        run(arguments, "protocol=oracle")
        assert self.settings(tmp_path) == {"raw": 6, "raw_pca": 6 * 3}

    def test_two_images_a_query(self, tmp_path: Path, make_dataset: Callable[..., Path]) -> None:
        run(self.small(tmp_path, make_dataset, "pp", "pq", "pp", "qr"))
        assert self.settings(tmp_path) == {"raw": 6, "raw_pca": 6 * 3}

    def test_one_query_has_nothing_held_out(
        self, tmp_path: Path, make_dataset: Callable[..., Path]
    ) -> None:
        arguments = self.small(tmp_path, make_dataset, "ppqq")
        with pytest.raises(SettingsError, match="leaving one query out needs at least 2 queries"):
            run(arguments)
        run(arguments, "protocol=oracle", "grid.fit=query")
        assert self.settings(tmp_path) == {"raw": 6, "raw_pca": 6 * 3}


def test_a_multirun_gives_each_part_whole_results_in_its_own_folder(
    arguments: list[str], tmp_path: Path
) -> None:
    command = [
        *(sys.executable, "experiments/sweep.py", "--multirun", *arguments[:-4]),
        *("grid.linkage=single,average", "grid.metric=euclidean", "grid.n_components=[1,0.9]"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    parts = [path for path in (tmp_path / "out").iterdir() if path.is_dir()]
    assert len(parts) == 2
    run(arguments[:-1], f"out_dir={tmp_path / 'whole'}")
    whole = pd.read_parquet(tmp_path / "whole" / "sweep.parquet")
    together = pd.concat([pd.read_parquet(part / "sweep.parquet") for part in parts])
    order = ["setting", "protocol", "query_set"]
    pd.testing.assert_frame_equal(
        together.sort_values(order, ignore_index=True), whole.sort_values(order, ignore_index=True)
    )
    for part in parts:
        assert {path.name for path in part.iterdir()} == {*TABLES, "run.json", ".dupeval"}


def test_neither_torch_nor_matplotlib_is_imported(arguments: list[str]) -> None:
    script = (
        "import sys; sys.path.insert(0, 'experiments'); import sweep, hydra_app; "
        f"sweep.main(hydra_app.compose('sweep', {arguments})); "
        "sys.exit(any(name in sys.modules for name in ('torch', 'torchvision', 'matplotlib')))"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True)
