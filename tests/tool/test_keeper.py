"""The program that runs another, and leaves nothing running of what that has started."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fake_program import fake_program

from dupeval.tool import keeper
from dupeval.tool.executable import kept


def code_of(path: Path, code: str) -> int:
    with kept([fake_program(path, code)]) as process:
        return process.wait(10)


class TestTheEndOfTheProgram:
    def test_gives_its_exit_code_or_its_signal(self, tmp_path: Path) -> None:
        assert code_of(tmp_path / "well", "") == 0
        assert code_of(tmp_path / "badly", "raise SystemExit(7)") == 7
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGABRT):
            killed = f"import os; os.kill(os.getpid(), {int(number)})"
            assert code_of(tmp_path / "killed", killed) == -number

    def test_lets_the_others_end_in_their_own_way(self, tmp_path: Path) -> None:
        code = """
            import os, signal, time
            reading, writing = os.pipe()
            if os.fork():
                os.read(reading, 1)
                os._exit(3)
            os.setsid()
            def end(*_):
                open(__file__ + ".ended", "w").write("in its own way")
                os._exit(0)
            signal.signal(signal.SIGTERM, end)
            os.write(writing, b"x")
            time.sleep(60)
        """
        assert code_of(tmp_path / "program", code) == 3
        assert (tmp_path / "program.ended").read_text() == "in its own way"


class TestTheEndOfTheBlock:
    def test_ends_the_program_and_what_it_left_in_a_session_of_its_own(
        self, tmp_path: Path
    ) -> None:
        code = """
            import os, time
            if not os.fork():
                os.setsid()
            print(os.getpid(), file=open(__file__ + ".pids", "a"), flush=True)
            time.sleep(60)
        """
        pids = tmp_path / "program.pids"
        with kept([fake_program(tmp_path / "program", code)]) as process:
            while not pids.exists() or len(pids.read_text().split()) < 2:
                assert process.poll() is None
                time.sleep(0.01)
        for pid in pids.read_text().split():
            with pytest.raises(ProcessLookupError):
                os.kill(int(pid), 0)


class TestTheProgram:
    def test_has_its_pipes_alone(self, tmp_path: Path) -> None:
        code = "import os, time; os.close(1); time.sleep(60)"
        program = fake_program(tmp_path / "program", code)
        with kept([program], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.read() == b""
            assert process.poll() is None

    def test_is_ended_by_the_signals_that_python_ignores(self, tmp_path: Path) -> None:
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            program = tmp_path / "program"
            program.write_text(f"#!/bin/sh\nkill -{int(number)} $$\n")
            program.chmod(0o755)
            with kept([str(program)]) as process:
                assert process.wait(10) == -number


def test_who_starts_it_by_hand_for_a_parent_that_is_gone_is_left_alone() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    arguments = [sys.executable, "-IS", keeper.__file__, str(gone.pid), "1", "/bin/sleep", "60"]
    started = time.perf_counter()
    # In the group of the tests.
    assert subprocess.run(arguments, check=False).returncode == -signal.SIGTERM
    assert time.perf_counter() - started < 10
