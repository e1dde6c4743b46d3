"""Stored results are shown only with the dataset and the files that they were made with."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hostile_results import Stored, hostile_results, run_table1

from dupeval.files import file_sha256
from dupeval.metrics import pair_scores
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.oracle import Oracle
from dupeval.stored import read_results
from dupeval.stored_run import StoredResultsError, honest_first


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Stored:
    return hostile_results(tmp_path_factory.mktemp("stored"), make_dataset)


@pytest.fixture
def folder(stored, tmp_path: Path) -> Path:
    """Give a copy of the stored results that a test may spoil."""
    return Path(shutil.copytree(stored.table1_dir, tmp_path / "table1"))


def complaint(folder: Path, dataset) -> str:
    with pytest.raises(StoredResultsError) as caught:
        read_results(folder, dataset)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def forge(folder: Path, name: str, change: Callable[[str], str]) -> None:
    """Change a file, and what run.json says of it."""
    path = folder / name
    path.write_bytes(change(path.read_bytes().decode()).encode())
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    run["outputs"][name] = file_sha256(path)
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")


class TestWhatARunStored:
    def test_names_come_back_as_they_were_whatever_they_hold(self, stored) -> None:
        results = read_results(stored.table1_dir, stored.dataset)
        slugs = [query.slug for query in stored.dataset.queries]
        assert list(results.partitions) == [
            (protocol, method, slug)
            for protocol in ("loqo", "oracle")
            for method in ("raw", "raw_pca")
            for slug in slugs
        ]
        assert results.per_query.keys() == results.partitions.keys()

    def test_each_partition_has_the_counts_of_its_row(self, stored) -> None:
        results = read_results(stored.table1_dir, stored.dataset)
        queries = {query.slug: query for query in stored.dataset.queries}
        for place, row in results.per_query.items():
            scores = pair_scores(queries[place[2]].photographs, results.labels(place))
            assert (scores.tp, scores.fp, scores.fn) == (row["tp"], row["fp"], row["fn"])

    def test_protocols_and_methods_are_in_the_runs_order(self, stored) -> None:
        results = read_results(stored.table1_dir, stored.dataset)
        assert results.protocols == ["loqo", "oracle"]
        assert results.methods_of("oracle") == ["raw", "raw_pca"]

    def test_a_partition_is_by_name_and_its_labels_in_the_datasets_order(self, stored) -> None:
        results = read_results(stored.table1_dir, stored.dataset)
        partition = results.partitions["loqo", "raw", "two"]
        assert list(partition) == [image.name for image in stored.dataset.queries[1].images]
        assert list(partition.values()) == results.labels(("loqo", "raw", "two")).tolist()

    @pytest.mark.parametrize(
        "names", [("1", "02"), ("NA", "null"), ("=1+1", "'-2"), ("a\u202eb\tc", "@\x1b[2J\n.png")]
    )
    def test_names_that_look_like_something_else_stay_texts(
        self, make_dataset: Callable[..., Path], tmp_path: Path, names: tuple[str, ...]
    ) -> None:
        queries = {name: {"a.png": "1", "b.png": "1"} for name in names}
        of = run_table1(tmp_path, make_dataset(tmp_path / "data", queries), "raw")
        results = read_results(of.table1_dir, of.dataset)
        for name in names:
            assert results.row("raw", "loqo", name)["query"] == name
            assert list(results.partitions["loqo", "raw", name]) == ["a.png", "b.png"]

    def test_the_honest_protocols_come_first(self, stored) -> None:
        said = read_results(stored.table1_dir, stored.dataset).run["protocols"]
        assert honest_first({name: said[name] for name in ("oracle", "loqo")}) == ["loqo", "oracle"]

    def test_whether_all_queries_have_one_setting(self, stored) -> None:
        results = read_results(stored.table1_dir, stored.dataset)
        assert results.has_one_setting("raw", "loqo")
        place = ("loqo", "raw", "two")
        other = {**results.per_query[place], "params": '{"linkage":"single"}'}
        mixed = replace(results, per_query={**results.per_query, place: other})
        assert not mixed.has_one_setting("raw", "loqo")
        assert mixed.has_one_setting("raw", "oracle")

    def test_a_decision_comes_back_with_what_it_hid(self, stored) -> None:
        results = read_results(stored.table1_dir, stored.dataset)
        for i, query in enumerate(stored.dataset.queries):
            decision = results.decision("raw", "loqo", query.slug)
            assert decision.hidden == frozenset({i})
            assert decision.params == {}
            assert decision.threshold == results.row("raw", "loqo", query.slug)["threshold"]
            assert results.decision("raw", "oracle", query.slug).hidden == frozenset()

    def test_protocols_say_what_they_said_when_they_were_run(self, stored) -> None:
        results = read_results(stored.table1_dir, stored.dataset)
        assert results.said_of("loqo") == LeaveOneQueryOut().description
        assert results.said_of("oracle") == Oracle().description

    def test_the_run_is_read_as_it_was_written(self, stored) -> None:
        written = json.loads((stored.table1_dir / "run.json").read_text(encoding="utf-8"))
        (part,) = written.pop("parts")
        assert read_results(stored.table1_dir, stored.dataset).run == written | part


class TestSeveralPartsOnOneDataset:
    @pytest.fixture
    def two(self, folder: Path) -> Path:
        """Give results whose protocols were run with other settings of raw."""
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        (part,) = run["parts"]
        parts = [part | {"protocols": {name: said}} for name, said in part["protocols"].items()]
        methods = part["configuration"]["methods"]
        other = methods | {"raw": methods["raw"] | {"linkage": "ward"}}
        parts[1]["configuration"] = part["configuration"] | {"methods": other}
        (folder / "run.json").write_text(json.dumps(run | {"parts": parts}), encoding="utf-8")
        return folder

    def test_those_count_that_have_the_settings_in_force(self, two: Path, stored) -> None:
        run = json.loads((two / "run.json").read_text(encoding="utf-8"))
        for part, protocol in zip(run["parts"], ("loqo", "oracle"), strict=True):
            results = read_results(two, stored.dataset, part["configuration"]["methods"])
            assert results.protocols == [protocol]
            assert {place[0] for place in results.per_query} == {protocol}
            assert results.run["configuration"]["methods"] == part["configuration"]["methods"]

    def test_all_count_where_none_has_them_or_nobody_asks(self, two: Path, stored) -> None:
        for settings in (None, {"raw": {"linkage": "none"}}):
            assert read_results(two, stored.dataset, settings).protocols == ["loqo", "oracle"]


class TestWhatWasNotRun:
    @pytest.mark.parametrize(
        ("place", "message"),
        [
            (("raw", "fixed", "two"), "the protocol 'fixed'; possible: loqo, oracle;"),
            (("vgg", "loqo", "two"), "the method 'vgg'; possible: raw, raw_pca;"),
            (("raw", "loqo", "five"), "the query 'five'; possible: .*, two, three, four;"),
        ],
    )
    def test_says_what_was(self, stored, place: tuple[str, str, str], message: str) -> None:
        results = read_results(stored.table1_dir, stored.dataset)
        with pytest.raises(StoredResultsError, match=f"has no results of {message} run python"):
            results.row(*place)

    def test_a_protocol_without_methods_says_which_have_some(self, stored) -> None:
        results = read_results(stored.table1_dir, stored.dataset)
        with pytest.raises(StoredResultsError, match="'fixed'; possible: loqo, oracle;"):
            results.methods_of("fixed")

    def test_a_method_that_was_run_under_another_protocol(self, stored) -> None:
        results = read_results(stored.table1_dir, stored.dataset)
        rows = {p: row for p, row in results.per_query.items() if p[:2] != ("oracle", "raw")}
        with pytest.raises(StoredResultsError, match="no results of raw under oracle for the quer"):
            replace(results, per_query=rows).row("raw", "oracle", "two")


class TestWhatCannotBeShown:
    @pytest.mark.parametrize("name", ["table1.csv", "per_query.csv", "groups.csv", "run.json"])
    def test_no_stored_results_names_the_command_that_makes_them(
        self, folder: Path, stored, name: str
    ) -> None:
        (folder / name).unlink()
        assert complaint(folder, stored.dataset) == (
            f"no stored results in {folder} ({name} missing); run python experiments/table1.py "
            "with the same overrides, or give another folder: table1_dir=..."
        )

    def test_a_folder_that_is_not_there(self, stored, tmp_path: Path) -> None:
        assert "no stored results in" in complaint(tmp_path / "nowhere", stored.dataset)

    def test_results_of_another_dataset(self, stored) -> None:
        first, *others = stored.dataset.queries
        other = replace(stored.dataset, queries=(replace(first, title="other"), *others))
        message = complaint(stored.table1_dir, other)
        assert "were made from another dataset: 'data'" in message
        assert stored.dataset.fingerprint[:12] in message
        assert other.fingerprint[:12] in message
        assert "dataset=folder dataset.root=ROOT" in message

    def test_of_other_datasets_nothing_is_told_that_a_terminal_obeys(
        self, folder: Path, stored
    ) -> None:
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        run["parts"][0]["dataset"] |= {"name": "\x1b[1m", "fingerprint": "\x1b[31m"}
        run["parts"] += [run["parts"][0] | {"dataset": {"name": "x" * 990, "fingerprint": "1"}}]
        (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
        message = complaint(folder, stored.dataset)
        assert r"another dataset: '\x1b[1m' (fingerprint \x1b[31m), 'xxx" in message
        assert "xxx…, not 'data'" in message

    @pytest.mark.parametrize("name", ["table1.csv", "per_query.csv", "groups.csv"])
    def test_a_file_that_was_changed_since(self, folder: Path, stored, name: str) -> None:
        (folder / name).write_bytes((folder / name).read_bytes().replace(b"raw_pca", b"raw_acp"))
        assert f"{name} is not the file that run.json describes" in complaint(
            folder, stored.dataset
        )

    @pytest.mark.parametrize(
        "content", ["", "{", "[]", "{}", '{"parts": 3}', "null", "[" * 20_000, "\ud800"]
    )
    def test_a_run_json_that_is_none(self, folder: Path, stored, content: str) -> None:
        (folder / "run.json").write_text(content, errors="surrogatepass")
        assert "run.json is not what a run writes" in complaint(folder, stored.dataset)

    @pytest.mark.parametrize("name", ["seed", "dupeval", "protocols"])
    def test_a_run_json_of_before(self, folder: Path, stored, name: str) -> None:
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        del (run if name in run else run["parts"][0])[name]
        (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
        assert "run.json is not what a run writes" in complaint(folder, stored.dataset)

    @pytest.mark.parametrize(
        "change",
        [
            lambda run: run.update(parts=[]),
            lambda run: run.update(outputs=dict.fromkeys(run["outputs"], 1)),
            lambda run: run["parts"][0]["dataset"].update(fingerprint=[]),
            lambda run: run["parts"][0]["dataset"].update(name="x" * 1001),
            lambda run: run["parts"][0]["protocols"]["loqo"].update(honest="yes"),
            lambda run: run["parts"][0]["protocols"].update(loqo=[]),
            lambda run: run["parts"][0]["configuration"].update(methods=["raw"]),
            lambda run: run["parts"][0].update(verdict=[1]),
        ],
    )
    def test_a_run_json_with_something_else_in_it(
        self, folder: Path, stored, change: Callable[[dict[str, Any]], None]
    ) -> None:
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        change(run)
        (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
        assert "run.json is not what a run writes" in complaint(folder, stored.dataset)

    @pytest.mark.parametrize(
        ("limit", "name"), [("MOST_ABOUT", "run.json"), ("MOST_BYTES", "table1.csv")]
    )
    def test_a_file_that_is_larger_than_any(
        self, folder: Path, stored, limit: str, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(f"dupeval.stored_run.{limit}", 10)
        assert f"{name} cannot be read (larger than 10 bytes)" in complaint(folder, stored.dataset)

    @pytest.mark.parametrize(
        ("name", "change"),
        [
            ("per_query.csv", lambda text: text.replace("{}", "[]")),
            ("per_query.csv", lambda text: text.replace("{}", "{")),
            ("per_query.csv", lambda text: text.replace("two", "six").replace("six,", "two,")),
            *(
                (
                    "groups.csv",
                    lambda text, group=group: re.sub(r",\d+\n", f",{group}\n", text, count=1),
                )
                for group in ("0.5", "", 2**63)
            ),
        ],
    )
    def test_decisions_and_groups_that_are_none(
        self, folder: Path, stored, name: str, change: Callable[[str], str]
    ) -> None:
        forge(folder, name, change)
        assert "do not fit each other and the dataset" in complaint(folder, stored.dataset)

    def test_a_table_without_a_column(self, folder: Path, stored) -> None:
        forge(folder, "per_query.csv", lambda text: text.replace("threshold", "level"))
        assert "per_query.csv has no column threshold" in complaint(folder, stored.dataset)

    def test_groups_that_lack_an_image(self, folder: Path, stored) -> None:
        forge(folder, "groups.csv", lambda text: text.replace("b.png", "z.png"))
        assert "do not fit each other and the dataset" in complaint(folder, stored.dataset)

    @pytest.mark.parametrize("lines", [0, 1])
    def test_a_run_in_which_no_method_gave_results(self, folder: Path, stored, lines: int) -> None:
        forge(folder, "per_query.csv", lambda text: "\n".join([*text.split("\n")[:lines], ""]))
        assert "no method has results" in complaint(folder, stored.dataset)
