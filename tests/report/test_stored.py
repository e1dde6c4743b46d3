"""Stored results are shown only with the dataset and the files that they were made with."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dupeval.files import file_sha256
from dupeval.report.stored import StoredResultsError, read_results


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
        from dupeval.metrics import pair_scores

        results = read_results(stored.table1_dir, stored.dataset)
        queries = {query.slug: query for query in stored.dataset.queries}
        for place, row in results.per_query.items():
            scores = pair_scores(queries[place[2]].photographs, results.partitions[place])
            assert (scores.tp, scores.fp, scores.fn) == (row["tp"], row["fp"], row["fn"])

    def test_protocols_and_methods_are_in_the_runs_order(self, stored) -> None:
        results = read_results(stored.table1_dir, stored.dataset)
        assert results.protocols == ["loqo", "oracle"]
        assert results.methods("oracle") == ["raw", "raw_pca"]
        assert results.methods("fixed") == []


class TestWhatCannotBeShown:
    @pytest.mark.parametrize("name", ["table1.csv", "per_query.csv", "groups.csv", "run.json"])
    def test_no_stored_results_names_the_command_that_makes_them(
        self, folder: Path, stored, name: str
    ) -> None:
        (folder / name).unlink()
        assert complaint(folder, stored.dataset) == (
            f"no stored results in {folder} ({name} missing); make them: "
            "python experiments/table1.py"
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

    @pytest.mark.parametrize("name", ["table1.csv", "per_query.csv", "groups.csv"])
    def test_a_file_that_was_changed_since(self, folder: Path, stored, name: str) -> None:
        (folder / name).write_bytes((folder / name).read_bytes().replace(b"raw_pca", b"raw_acp"))
        assert f"{name} is not the file that run.json describes" in complaint(
            folder, stored.dataset
        )

    @pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"dataset": 3}'])
    def test_a_run_json_that_is_none(self, folder: Path, stored, content: str) -> None:
        (folder / "run.json").write_text(content)
        assert "run.json is not what a run writes" in complaint(folder, stored.dataset)

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
