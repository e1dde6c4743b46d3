"""What figures are drawn from, and what is said when it is not there."""

from dataclasses import replace
from pathlib import Path

import pytest

from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.figures.inputs import FigureInputs
from dupeval.files import file_sha256


class TestTheQueryThatIsShown:
    def test_by_default_it_is_the_second(self, inputs: FigureInputs) -> None:
        assert inputs.place(None) == 1

    def test_or_the_only_one(self, inputs: FigureInputs) -> None:
        (first, *_) = inputs.dataset.queries
        alone = replace(inputs, dataset=Dataset("alone", (first,)))
        assert alone.place(None) == 0

    def test_by_its_name(self, inputs: FigureInputs) -> None:
        assert inputs.place("3") == 2

    def test_one_that_does_not_exist_lists_those_that_do(self, inputs: FigureInputs) -> None:
        with pytest.raises(SettingsError, match=r"no such query; possible: one, 두번째, 3$"):
            inputs.place("four")


class TestTheMethod:
    def test_one_that_is_not_in_the_run_lists_those_that_are(self, inputs: FigureInputs) -> None:
        with pytest.raises(SettingsError, match="'vgg' is not in the run; possible: raw, raw_pca"):
            inputs.answers("vgg")

    def test_its_answers_are_computed_once(self, inputs: FigureInputs) -> None:
        assert inputs.answers("raw") is inputs.answers("raw")

    def test_a_caption_names_its_settings(self, inputs: FigureInputs) -> None:
        assert inputs.described("raw_pca") == {
            "method": "raw_pca",
            "representation.size": 4,
            "reduction.n_components": 1,
        }


class TestTheProtocol:
    def mixed(self, inputs: FigureInputs) -> FigureInputs:
        """Return inputs in which one query of raw has other parameters than the others."""
        place = ("loqo", "raw", "3")
        other = {**inputs.stored.per_query[place], "params": '{"linkage":"single"}'}
        own = replace(inputs)
        per_query = {**inputs.stored.per_query, place: other}
        vars(own)["stored"] = replace(inputs.stored, per_query=per_query)
        return own

    def test_by_default_it_is_the_first_honest_one_of_the_run(self, inputs: FigureInputs) -> None:
        assert inputs.protocol(None) == inputs.one_axis(None, ["raw"]) == "loqo"
        assert inputs.protocol("oracle") == "oracle"

    @pytest.mark.parametrize("wanted", [None, "loqo"])
    def test_distances_of_queries_with_other_parameters_share_no_axis(
        self, inputs: FigureInputs, wanted: str | None
    ) -> None:
        mixed = self.mixed(inputs)
        assert mixed.one_axis(wanted, ["raw_pca"]) == "loqo"
        with pytest.raises(SettingsError, match="loqo: queries have other parameters than others"):
            mixed.one_axis(wanted, ["raw_pca", "raw"])


class TestStoredResults:
    def test_whether_they_were_read_and_which(self, inputs: FigureInputs) -> None:
        own = replace(inputs)
        assert own.table1_sha256 is None
        own.stored_for("raw")
        assert own.table1_sha256 == file_sha256(inputs.table1_dir / "table1.csv")
        assert replace(own).table1_sha256 is None

    def test_none_names_the_command_that_makes_them(
        self, inputs: FigureInputs, tmp_path: Path
    ) -> None:
        with pytest.raises(SettingsError, match=r"run python experiments/table1\.py with the same"):
            replace(inputs, table1_dir=tmp_path / "nothing").stored_for("raw")

    def test_of_another_dataset_are_refused(self, inputs: FigureInputs) -> None:
        other = replace(inputs, dataset=Dataset("other", inputs.dataset.queries[:2]))
        with pytest.raises(SettingsError, match="another dataset"):
            other.stored_for("raw")

    def test_of_other_settings_are_refused_and_the_difference_named(
        self, inputs: FigureInputs
    ) -> None:
        now = {**inputs.settings, "raw": {"representation": {"size": 8}, "linkage": "average"}}
        with pytest.raises(SettingsError, match=r"representation\.size was 4 and is 8"):
            replace(inputs, settings=now).stored_for("raw")

    def test_of_another_machine_are_as_good(self, inputs: FigureInputs) -> None:
        here = {**inputs.settings["raw"], "device": "cuda", "_target_": "moved", "batch_size": 4}
        here |= {"time_limit_s": 5, "repeats": 2}
        replace(inputs, settings={**inputs.settings, "raw": here}).stored_for("raw")

    def test_without_the_method_say_so(self, inputs: FigureInputs) -> None:
        with pytest.raises(SettingsError, match="no results of the method 'vgg'"):
            inputs.stored_for("vgg")
