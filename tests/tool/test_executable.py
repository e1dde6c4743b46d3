"""Programs on the PATH: found, and run without a shell."""

import os
import time
from pathlib import Path

import pytest
from fake_program import fake_program

from dupeval.errors import NoScoresError
from dupeval.tool import executable
from dupeval.tool.executable import ending, find_program, output_of, printed_version


def failure(tmp_path: Path, code: str) -> str:
    with pytest.raises(NoScoresError) as caught:
        output_of([fake_program(tmp_path / "program", code)])
    assert caught.value.source == "failed"
    return str(caught.value)


class TestFindProgram:
    def test_looks_on_the_path_and_takes_paths_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = fake_program(tmp_path / "some program", "")
        monkeypatch.setenv("PATH", str(tmp_path))
        assert find_program("some program") == find_program(program) == program

    @pytest.mark.parametrize("make", [Path.mkdir, Path.touch])
    def test_what_cannot_be_executed_is_missing(
        self, tmp_path: Path, make: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make(tmp_path / "program")  # type: ignore[operator]
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(NoScoresError, match="'program' is not on the PATH") as caught:
            find_program("program")
        assert caught.value.source == "missing"


class TestOutput:
    def test_is_what_a_program_prints_and_apart_from_it_its_errors(self, tmp_path: Path) -> None:
        code = "import sys; print('한국어'); print('talk', file=sys.stderr)"
        assert output_of([fake_program(tmp_path / "program", code)]) == ("한국어\n", "talk\n")

    def test_bytes_that_are_no_text_lead_back_to_the_same_bytes(self, tmp_path: Path) -> None:
        code = "import sys; sys.stdout.buffer.write(bytes(range(256)))"
        printed = output_of([fake_program(tmp_path / "program", code)])
        assert os.fsencode(printed.output) == bytes(range(256))

    def test_that_does_not_end_is_too_much(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(executable, "MOST_BYTES", 1000)
        assert failure(tmp_path, "print('x' * 1000)") == "program printed more than 1000 bytes"
        assert output_of([fake_program(tmp_path / "program", "print('x' * 999)")])


class TestAFailure:
    def test_says_the_exit_code_and_the_last_line_of_the_errors(self, tmp_path: Path) -> None:
        code = "import sys; print('first\\n\\n  last words  \\n', file=sys.stderr); sys.exit(7)"
        assert failure(tmp_path, code) == "program ended with exit code 7: last words"

    def test_of_python_says_the_error(self, tmp_path: Path) -> None:
        message = failure(tmp_path, "{}['no such key']")
        assert message == "program ended with exit code 1: KeyError: 'no such key'"

    def test_without_a_word_says_the_exit_code_alone(self, tmp_path: Path) -> None:
        assert failure(tmp_path, "raise SystemExit(9)") == "program ended with exit code 9"

    def test_by_a_signal_names_it(self, tmp_path: Path) -> None:
        message = failure(tmp_path, "import os; os.kill(os.getpid(), 11)")
        assert message == "program ended with signal 11 (Segmentation fault)"

    def test_by_a_signal_without_a_name_too(self, tmp_path: Path) -> None:
        message = failure(tmp_path, "import os; os.kill(os.getpid(), 40)")
        assert message.startswith("program ended with signal 40")

    def test_shows_no_control_characters(self, tmp_path: Path) -> None:
        code = """
            import sys
            sys.stderr.buffer.write(b"\\x1b[31mred\\x07 \\xff \\xe2\\x80\\xae.")
            sys.exit(1)
        """
        assert failure(tmp_path, code) == "program ended with exit code 1: [31mred  \ufffd  ."

    def test_shows_not_all_of_a_long_line(self, tmp_path: Path) -> None:
        message = failure(tmp_path, "import sys; sys.exit('x' * 10**6)")
        assert message == f"program ended with exit code 1: {'x' * 300}"

    def test_after_more_errors_than_memory_holds_shows_the_end_of_them(
        self, tmp_path: Path
    ) -> None:
        with (tmp_path / "errors").open("w+b") as errors:
            errors.truncate(2**40)  # Takes no room.
            errors.seek(2**40)
            errors.write(b"\nthe end\n")
            assert ending(1, errors) == "exit code 1: the end"

    def test_that_cannot_be_started_says_why(self, tmp_path: Path) -> None:
        program = tmp_path / "program"
        program.write_text("#!/no/such/interpreter\n")
        program.chmod(0o755)
        with pytest.raises(NoScoresError) as caught:
            output_of([str(program)])
        assert caught.value.source == "failed"
        assert str(caught.value) == "program cannot be run: No such file or directory"


class TestAVersion:
    def test_is_what_a_program_prints(self, tmp_path: Path) -> None:
        assert printed_version([fake_program(tmp_path / "program", "print(' 1.2 ')")]) == "1.2"

    def test_is_not_waited_for_without_end(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(executable, "VERSION_TIME_LIMIT_S", 0.3)
        program = fake_program(tmp_path / "program", "import time; time.sleep(60)")
        started = time.perf_counter()
        with pytest.raises(NoScoresError, match=r"^program did not end within 0\.3 s$") as caught:
            printed_version([program])
        assert caught.value.source == "failed"
        assert time.perf_counter() - started < 10

    def test_of_a_program_that_cannot_be_started_says_why(self, tmp_path: Path) -> None:
        program = tmp_path / "program"
        program.write_text("#!/no/such/interpreter\n")
        program.chmod(0o755)
        with pytest.raises(NoScoresError) as caught:
            printed_version([str(program)])
        assert str(caught.value) == (
            "program ended with exit code 127: cannot be run: No such file or directory"
        )

    def test_of_a_program_that_crashes_names_the_signal(self, tmp_path: Path) -> None:
        program = fake_program(tmp_path / "program", "import os; os.kill(os.getpid(), 11)")
        with pytest.raises(NoScoresError, match=r"signal 11 \(Segmentation fault\)$"):
            printed_version([program])
