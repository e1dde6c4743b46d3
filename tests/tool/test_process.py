"""The process of a tool: started, asked, watched, and ended with all it started."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_program import fake_program
from fake_tools import FakeDistances, FakeGroups
from pydantic.dataclasses import dataclass

from dupeval.errors import NoScoresError
from dupeval.strict import STRICT
from dupeval.tool import Distances, DistanceTool, Tool
from dupeval.tool.command import Command
from dupeval.tool.process import Reply, ToolProcess


def distances(code: str) -> FakeDistances:
    return FakeDistances(textwrap.dedent(code))


def ask(tool: Tool, images: Sequence[Path], time_limit_s: float = 20.0) -> Reply:
    with ToolProcess(tool, time_limit_s) as process:
        return process.ask(images)


def failure(tool: Tool, images: Sequence[Path], time_limit_s: float = 20.0) -> str:
    with pytest.raises(NoScoresError) as caught:
        ask(tool, images, time_limit_s)
    assert caught.value.source == "failed"
    assert str(caught.value).isprintable()
    return str(caught.value)


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that has ended but was not waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.perf_counter() + seconds
    while not condition() and time.perf_counter() < deadline:
        time.sleep(0.01)
    return condition()


def worker_of(process: ToolProcess) -> int:
    """Return the number of the process that the tool runs in."""
    keeper = process._process.pid
    children = Path(f"/proc/{keeper}/task/{keeper}/children")
    assert wait_until(lambda: children.read_text() != "")
    return int(children.read_text())


def ended(pids: Path, n: int) -> bool:
    """Wait until none is alive of n processes that wrote their numbers into a file."""
    numbers = [int(line) for line in pids.read_text().split()]
    assert len(set(numbers)) == n
    return wait_until(lambda: not any(is_alive(pid) for pid in numbers))


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of all temporary files, whose name is as odd as a user's may be."""
    folder = tmp_path / 'it\'s a "t m p"\n임시'
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


class TestAnswers:
    def test_are_those_of_the_tool_with_its_settings(self, images: list[Path]) -> None:
        tool = FakeGroups("answer = [[i.name for i in images[:setting['value']]]]", (1, 3))
        assert ask(tool, images).answers == [[[0]], [[0, 1, 2]]]

    def test_come_in_the_order_of_the_questions_from_one_process(self, images: list[Path]) -> None:
        tool = distances("""
            import os
            memory["questions"] = memory.get("questions", 0) + 1
            answer = [os.getpid(), memory["questions"], len(images)]
        """)
        with ToolProcess(tool, 20.0) as process:
            answers = [process.ask(images[:n]).answers[0] for n in (3, 1, 2)]
        assert [answer[1:] for answer in answers] == [[1, 3], [2, 1], [3, 2]]
        assert len({answer[0] for answer in answers}) == 1
        assert answers[0][0] != os.getpid()

    def test_may_be_none_where_there_is_no_distance(self, images: list[Path]) -> None:
        assert ask(distances("answer = [None, 0.5, 64.0]"), images).answers == [[None, 0.5, 64.0]]

    def test_may_be_large(self, images: list[Path]) -> None:
        (answer,) = ask(distances("answer = [i / 7 for i in range(300_000)]"), images).answers
        assert np.asarray(answer).tolist() == [i / 7 for i in range(300_000)]

    def test_to_a_question_about_many_images_too(self, tmp_path: Path) -> None:
        many = [tmp_path / ("x" * 200) / f"{i:05d}.png" for i in range(3000)]
        assert ask(distances("answer = [len(images)]"), many).answers == [[3000]]

    def test_are_not_disturbed_by_what_the_tool_prints_or_reads(self, images: list[Path]) -> None:
        tool = distances("""
            import os, subprocess, sys
            print('{"answers": [[7]]}', flush=True)
            os.write(1, b'{"answers": [[7]]}\\n')
            subprocess.run(["echo", '{"answers": [[7]]}'])
            answer = [len(sys.stdin.read()), len(os.read(0, 100))]
            answer.append(len(subprocess.check_output(["cat"])))
        """)
        with ToolProcess(tool, 20.0) as process:
            for _ in range(2):
                assert process.ask(images).answers == [[0, 0, 0]]

    def test_that_are_no_json_are_a_failure(self, images: list[Path]) -> None:
        assert "TypeError" in failure(distances("answer = [{1}]"), images)


# Where a tool that gets at its process's answers would write its own.
WRITE = """
import json, os
right = {"number": 1, "cpu_s": 0.5, "peak_memory_mb": 7.0, "notes": [], "answers": [[2.0]]}
def write(line):
    for pipe in range(3, 10):
        try:
            os.write(pipe, line if isinstance(line, bytes) else json.dumps(line).encode() + b"\\n")
        except OSError:
            continue
"""
THE_LAST = "os._exit(0)"


class TestALineOfItsOwn:
    def test_is_read_as_an_answer_if_it_is_one(self, images: list[Path]) -> None:
        reply = ask(distances(f"{WRITE}\nwrite(right); {THE_LAST}"), images)
        assert (reply.answers, reply.cpu_s, reply.peak_memory_mb) == ([[2.0]], 0.5, 7.0)

    def test_does_not_make_the_next_answer_that_of_another_question(
        self, images: list[Path]
    ) -> None:
        code = f"{WRITE}\nwrite(right); import time; time.sleep(0.3); answer = []"
        with ToolProcess(distances(code), 20.0) as process:
            process.ask(images)
            with pytest.raises(NoScoresError, match=r"answer is (that to another|not as agreed)"):
                process.ask(images)

    @pytest.mark.parametrize(
        ("line", "what"),
        [
            ('b"garbage\\n"', "Invalid JSON: "),
            ('b"[" * 10**6 + b"\\n"', "Invalid JSON: recursion limit exceeded"),
            ("right | {'cpu_s': float('nan')}", "cpu_s: "),
            ("right | {'cpu_s': -1}", "cpu_s: "),
            ("right | {'notes': ['x' * 10**5]}", "notes.0: "),
            ("right | {'notes': ['x'] * 1000}", "notes: "),
            ("right | {'more': 3}", "more: "),
            ("{'reason': 'x', 'source': 'measured', **right}", "source: "),
            ("{'answers': []}", "number: Field required"),
        ],
    )
    def test_that_is_no_answer_is_a_failure(self, images: list[Path], line: str, what: str) -> None:
        message = failure(distances(f"{WRITE}\nwrite({line}); {THE_LAST}"), images)
        assert message.startswith(f"its answer is not as agreed: {what}")
        assert len(message) < 300

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ('{"reason": "x" * 10**6}', "x" * 1000 + "…"),
            ('{"reason": "\\x1b[31m\\n"}', r"\x1b[31m\n"),
            ("{}", "it told neither answers nor why there are none"),
        ],
    )
    def test_without_answers_says_why(self, images: list[Path], line: str, reason: str) -> None:
        code = f"{WRITE}\ndel right['answers']; write(right | {line}); {THE_LAST}"
        assert failure(distances(code), images) == reason

    def test_in_its_notes_has_nothing_that_a_terminal_obeys(self, images: list[Path]) -> None:
        code = f"{WRITE}\nwrite(right | {{'notes': ['\\x1b[31m', '\\n' * 9000]}}); {THE_LAST}"
        with ToolProcess(distances(code), 20.0) as process:
            assert process.ask(images).notes == [r"\x1b[31m", r"\n" * 5000]

    def test_without_end_is_not_read_for_ever(
        self, images: list[Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("dupeval.tool.process.MOST_BYTES", 10**6)
        endless = distances(f"{WRITE}\nwhile True: write(b'x' * 1000)")
        assert failure(endless, images) == "its answer is longer than 1,000,096 bytes"


class TestWhatItSees:
    def test_a_home_of_its_own_that_is_empty_and_vanishes(
        self, images: list[Path], temporary: Path
    ) -> None:
        tool = FakeDistances("""
import os, pathlib, tempfile
home = pathlib.Path.home()
same = [os.getcwd(), tempfile.gettempdir(), os.environ["XDG_CACHE_HOME"]]
answer = [len(os.listdir(home)), int(same == [str(home)] * 3), os.fsencode(home).hex()]
(home / ".settings").write_text("mine")
""")
        with ToolProcess(tool, 20.0) as process:
            *empty_and_same, home = process.ask(images).answers[0]
            assert (Path(os.fsdecode(bytes.fromhex(home))) / ".settings").exists()
        assert empty_and_same == [0, 1]
        with ToolProcess(tool, 20.0) as process:
            assert process.ask(images).answers[0][:2] == [0, 1]
        assert list(temporary.iterdir()) == []

    def test_nothing_of_the_users_home(
        self, images: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "settings").write_text("the user's")
        for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
            monkeypatch.setenv(name, str(tmp_path / "home"))
        code = f"import os; answer = [list(os.environ.values()).count({str(tmp_path / 'home')!r})]"
        assert ask(FakeDistances(code), images).answers == [[0]]

    def test_no_module_that_lies_where_it_runs(
        self, images: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
        monkeypatch.chdir(tmp_path)
        assert ask(distances("answer = [1.0]"), images).answers == [[1.0]]


class TestACrash:
    def test_says_the_error_of_python(self, images: list[Path]) -> None:
        message = failure(distances("{}['no such key']"), images)
        assert message == "it crashed with exit code 1: KeyError: 'no such key'"

    def test_says_the_exit_code_and_the_last_words(self, images: list[Path]) -> None:
        code = "import os, sys; sys.stderr.write('last words'); sys.stderr.flush(); os._exit(7)"
        assert failure(distances(code), images) == "it crashed with exit code 7: last words"

    def test_says_the_signal(self, images: list[Path]) -> None:
        code = "import os; os.kill(os.getpid(), 9)"
        assert failure(distances(code), images) == "it crashed with signal 9 (Killed)"

    def test_shows_no_control_characters(self, images: list[Path]) -> None:
        message = failure(distances("raise OSError('\\x1b[31mred\\x07\\u202e')"), images)
        assert message == "it crashed with exit code 1: OSError:  [31mred"

    def test_of_a_program_without_errors_says_so_after_answers_too(
        self, images: list[Path]
    ) -> None:
        tool = distances("""
            import os
            if len(images) == 1:
                os._exit(0)
            answer = []
        """)
        with ToolProcess(tool, 20.0) as process:
            assert process.ask(images).answers == [[]]
            with pytest.raises(NoScoresError, match=r"^it crashed with exit code 0$"):
                process.ask(images[:1])

    @pytest.mark.usefixtures("without_namespaces")
    def test_between_two_questions_is_found_at_the_second(self, images: list[Path]) -> None:
        tool = distances("""
            import os, threading, time
            threading.Timer(0.1, os._exit, [5]).start()
            answer = [os.getpid()]
        """)
        with ToolProcess(tool, 20.0) as process:
            pid = int(process.ask(images).answers[0][0])
            assert wait_until(lambda: not is_alive(pid))
            with pytest.raises(NoScoresError, match=r"^it crashed with exit code 5$"):
                process.ask(images)

    def test_before_the_first_question_is_found_at_it(
        self, images: list[Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PYTHONHOME", "/nowhere")
        with ToolProcess(distances(""), 20.0) as process:
            process._process.wait()
            with pytest.raises(NoScoresError, match=r"^it crashed with exit code 1: "):
                process.ask(images)

    def test_that_only_ends_its_answers_is_one(self, images: list[Path]) -> None:
        tool = distances("""
            import os, time
            os.closerange(3, 100)
            time.sleep(60)
        """)
        started = time.perf_counter()
        assert failure(tool, images, 0.7) == "no answer within 0.7 s"
        assert time.perf_counter() - started < 10

    def test_of_a_tool_that_its_process_cannot_import(self, images: list[Path]) -> None:
        @dataclass(frozen=True, config=STRICT)
        class HereOnly(DistanceTool):
            def versions(self) -> Mapping[str, str]:
                return {}

            def answers(self, images: Sequence[Path]) -> Sequence[Distances]:
                return [[]]

        assert failure(HereOnly(), images).startswith("it crashed with exit code 1: ")

    def test_leaves_nothing_behind(self, images: list[Path], temporary: Path) -> None:
        failure(distances("import os; os._exit(1)"), images)
        assert list(temporary.iterdir()) == []


def family(pids: Path, then: str) -> FakeDistances:
    """Make a tool that starts a program that starts a daemon; all write their numbers and wait.

    The daemon has a session of its own, its parent has ended, and it ignores what asks it to end.
    """
    daemon = f"""
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork():
    os._exit(0)
os.setsid()
print(os.getpid(), file=open({str(pids)!r}, "a"))
time.sleep(600)
"""
    child = f"""
import os, subprocess, sys, time
subprocess.run([sys.executable, "-ISc", {daemon!r}])
print(os.getpid(), file=open({str(pids)!r}, "a"))
time.sleep(600)
"""
    return distances(f"""
        import os, subprocess, sys, time
        print(os.getpid(), file=open({str(pids)!r}, "a"))
        subprocess.Popen([sys.executable, "-ISc", {child!r}])
        while len(open({str(pids)!r}).read().split()) < 3:
            time.sleep(0.01)
        {then}
    """)


def program_that_asks(tool: FakeDistances, images: list[Path], pids: Path) -> Any:
    """Start a program that asks a tool, and wait until all of the tool's family run."""
    script = textwrap.dedent(f"""
        from pathlib import Path
        from fake_tools import FakeDistances
        from dupeval.tool.process import ToolProcess
        with ToolProcess(FakeDistances({tool.code!r}), 600.0) as process:
            process.ask([Path({str(images[0])!r})])
    """)
    run = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE)
    assert wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 3)
    return run


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
@pytest.mark.usefixtures("without_namespaces")
class TestTheEnd:
    def test_a_tool_that_hangs_is_ended_with_all_it_started(
        self, images: list[Path], tmp_path: Path, temporary: Path
    ) -> None:
        tool = family(tmp_path / "pids", "answer = []")
        hangs = FakeDistances(f"import time\nif len(images) == 1: time.sleep(600)\n{tool.code}")
        with (
            pytest.raises(NoScoresError, match=r"^no answer within 0\.3 s$") as caught,
            ToolProcess(hangs, 20.0) as process,
        ):
            process.ask(images)
            process.time_limit_s = 0.3
            process.ask(images[:1])
        assert caught.value.source == "failed"
        assert ended(tmp_path / "pids", 3)
        assert list(temporary.iterdir()) == []

    def test_a_tool_that_does_not_read_a_long_question_is_late_like_any_other(self) -> None:
        # Longer than what a pipe holds.
        images = [Path(f"/{'x' * 200}/{i}") for i in range(1000)]
        with ToolProcess(distances("answer = []"), 0.5) as process:
            os.kill(worker_of(process), signal.SIGSTOP)
            with pytest.raises(NoScoresError, match=r"^no answer within 0\.5 s$"):
                process.ask(images)

    def test_a_program_that_hangs_too(
        self, images: list[Path], tmp_path: Path, temporary: Path
    ) -> None:
        code = f"""
            import os, sys, time
            if len(sys.argv) == 2:
                print(os.getpid(), file=open({str(tmp_path / "pids")!r}, "a"), flush=True)
                time.sleep(600)
        """
        tool = Command((fake_program(tmp_path / "program", code), "{images}"))
        with ToolProcess(tool, 20.0) as process:
            assert process.ask(images).answers == [[]]
            process.time_limit_s = 0.5
            with pytest.raises(NoScoresError, match=r"^no answer within 0\.5 s$"):
                process.ask(images[:1])
        assert ended(tmp_path / "pids", 1)
        assert list(temporary.iterdir()) == []

    def test_a_tool_that_never_stops_talking_is_ended_all_the_same(
        self, images: list[Path]
    ) -> None:
        tool = distances("""
            import time
            while True:
                print("working ...", flush=True)
                time.sleep(0.001)
        """)
        assert failure(tool, images, 0.5) == "no answer within 0.5 s"

    @pytest.mark.parametrize("then", ["answer = []", "os._exit(1)"])
    def test_whatever_a_tool_leaves_running_is_ended_after_an_answer_or_a_crash(
        self, images: list[Path], tmp_path: Path, then: str
    ) -> None:
        tool = family(tmp_path / "pids", then)
        if then == "answer = []":
            assert ask(tool, images).answers == [[]]
        else:
            failure(tool, images)
        assert ended(tmp_path / "pids", 3)

    def test_an_exception_elsewhere_ends_it_and_goes_on(
        self, images: list[Path], tmp_path: Path, temporary: Path
    ) -> None:
        with (
            pytest.raises(ZeroDivisionError),
            ToolProcess(family(tmp_path / "pids", "answer = []"), 20.0) as process,
        ):
            process.ask(images)
            _ = 1 / 0
        assert ended(tmp_path / "pids", 3)
        assert list(temporary.iterdir()) == []

    def test_ctrl_c_ends_it_and_removes_the_temporary_folders(
        self, images: list[Path], tmp_path: Path, temporary: Path
    ) -> None:
        pids = tmp_path / "pids"
        run = program_that_asks(family(pids, "time.sleep(600)"), images, pids)
        assert list(temporary.iterdir()) != []
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=20)
        assert b"KeyboardInterrupt" in errors
        assert ended(pids, 3)
        assert list(temporary.iterdir()) == []

    # One that waits, and one that holds Python's lock meanwhile: nothing else of it runs then.
    @pytest.mark.parametrize(
        "then", ["time.sleep(600)", "import ctypes; ctypes.PyDLL(None).sleep(600)"]
    )
    def test_the_end_of_the_main_program_by_kill_9_ends_it(
        self, images: list[Path], tmp_path: Path, then: str
    ) -> None:
        pids = tmp_path / "pids"
        run = program_that_asks(family(pids, then), images, pids)
        run.kill()
        run.communicate(timeout=20)
        assert ended(pids, 3)

    def test_a_tool_that_stops_its_group_is_ended_in_time(
        self, images: list[Path], tmp_path: Path
    ) -> None:
        tool = family(tmp_path / "pids", "answer = []")
        stops = FakeDistances(f"import os\nif len(images) == 1: os.killpg(0, 19)\n{tool.code}")
        with ToolProcess(stops, 20.0) as process:
            process.ask(images)
            process.time_limit_s = 0.3
            with pytest.raises(NoScoresError, match=r"^no answer within 0\.3 s$"):
                process.ask(images[:1])
            started = time.perf_counter()
        # Less than the keeper would be waited for, were it stopped too.
        assert time.perf_counter() - started < 5
        assert ended(tmp_path / "pids", 3)


class TestWithoutEnd:
    @pytest.mark.usefixtures("without_namespaces")
    def test_a_program_that_prints_without_end_is_stopped(
        self, images: list[Path], temporary: Path
    ) -> None:
        with ToolProcess(Command(("yes", "garbage")), 20.0) as process:
            # The same at the least of its limits, which are for the next test.
            resource.prlimit(worker_of(process), resource.RLIMIT_FSIZE, (2**20, 2**20))
            with pytest.raises(NoScoresError) as caught:
                process.ask(images)
        assert caught.value.source == "failed"
        assert str(caught.value) == "yes ended with signal 25 (File size limit exceeded)"
        assert list(temporary.iterdir()) == []

    def test_so_is_a_tool_that_writes_files_without_end(self, images: list[Path]) -> None:
        tool = distances("""
            with open("without end", "wb") as file:
                file.truncate(2**30)  # Takes no room.
                file.seek(2**30)
                file.write(b"x")
        """)
        assert failure(tool, images).endswith("OSError: [Errno 27] File too large")


class TestFigures:
    def test_wall_time_is_from_the_question_to_the_answer_and_first_with_the_start(
        self, images: list[Path]
    ) -> None:
        started = time.perf_counter()
        with ToolProcess(distances("import time; time.sleep(0.2); answer = []"), 20.0) as process:
            first, second = process.ask(images), process.ask(images)
        elapsed = time.perf_counter() - started
        assert min(first.wall_s, second.wall_s) >= 0.2
        assert first.wall_s + second.wall_s <= elapsed

    def test_cpu_time_is_of_each_answer_and_counts_the_programs_it_starts(
        self, images: list[Path]
    ) -> None:
        busy = "import time\nwhile time.process_time() < %s: pass"
        tool = distances(f"""
            import subprocess, sys, time
            if len(images) == 2:
                end = time.process_time() + 0.3
                while time.process_time() < end: pass
            elif len(images) == 3:
                subprocess.run([sys.executable, "-ISc", {busy % 0.4!r}])
            answer = []
        """)
        with ToolProcess(tool, 20.0) as process:
            cpu_s = [process.ask(images[:n]).cpu_s for n in (1, 2, 3, 1)]
        assert cpu_s[0] > 0
        assert 0.3 <= cpu_s[1] < 0.5
        assert 0.4 <= cpu_s[2] < 0.6
        assert 0 <= cpu_s[3] < 0.1

    def test_peak_memory_is_the_most_of_the_tool_and_of_the_programs_it_starts(
        self, images: list[Path]
    ) -> None:
        small = ask(distances("answer = []"), images).peak_memory_mb
        own = ask(distances("b = bytearray(200_000_000); answer = []"), images).peak_memory_mb
        held = "b = bytearray(300_000_000)"
        tool = distances(f"""
            import subprocess, sys
            subprocess.run([sys.executable, "-ISc", {held!r}])
            answer = []
        """)
        started = ask(tool, images).peak_memory_mb
        assert 10 < small < 150
        assert 195 < own - small < 210
        assert 300 < started < 330
