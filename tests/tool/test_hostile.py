"""Tools that try to get out, on every isolation that this machine has: what each keeps in."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from fake_dataset import byte_copies
from fake_program import fake_program
from fake_tools import FakeDistances

from dupeval.dataset import Dataset
from dupeval.errors import NoScoresError, SettingsError
from dupeval.tool import isolation
from dupeval.tool.command import Command
from dupeval.tool.isolation import ISOLATIONS, in_force, tell_if_weak
from dupeval.tool.process import ToolProcess
from dupeval.tool.view import private_copies

Held = Callable[[bool, bool], None]
STRONG = ("bubblewrap", "namespaces+landlock")
WITH_LANDLOCK = (*STRONG, "landlock")
WITH_NAMESPACES = (*STRONG, "namespaces")
HELD = {name: isolation.works() for name, isolation in ISOLATIONS.items()}
SECRET = "a secret of the environment"


@pytest.fixture(params=ISOLATIONS)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give each isolation's name, and keep tools in by it."""
    if not HELD[request.param]:
        pytest.skip(f"this machine has no {request.param}")
    monkeypatch.setenv(isolation.CHOICE, request.param)
    monkeypatch.setenv("A_SECRET", SECRET)
    return str(request.param)


@pytest.fixture
def held(request: pytest.FixtureRequest) -> Held:
    """Compare whether a tool got through with whether that is known; the fault table tells it."""

    def compare(got_through: bool, is_known: bool) -> None:
        assert got_through == is_known
        if got_through:
            request.node.user_properties.append(("known", True))

    return compare


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "labels.csv").write_text("query,image,photograph\n")
    names = {"the_same_a.png": "p", "the_same_b.png": "p", "other.png": "q"}
    return byte_copies(tmp_path / "data", {"query": names})


def succeeds(code: str, dataset: Dataset) -> bool:
    """Say whether code runs without an OSError where a tool does, on the images of a dataset."""
    body = textwrap.indent(textwrap.dedent(code), "    ")
    tried = f"try:\n{body}\n    answer = [1.0]\nexcept OSError:\n    answer = [0.0]\n"
    with (
        ToolProcess(FakeDistances(tried), 20.0) as process,
        private_copies(dataset.images, process.folder) as images,
    ):
        return bool(process.ask(images).answers == [[1.0]])


class TestEachToolStill:
    def test_reads_its_images_and_writes_what_it_needs(self, kind: str, dataset: Dataset) -> None:
        assert succeeds(
            """
            import multiprocessing, os, pathlib, tempfile
            assert all(path.read_bytes() for path in images)
            assert sorted(os.listdir(images[0].parent)) == [path.name for path in images]
            with tempfile.TemporaryFile() as file:
                file.write(b"x")
            (pathlib.Path.home() / "settings").write_text("mine")
            multiprocessing.get_context("fork").Lock()
            open("/dev/null", "w").write("x")
            assert os.urandom(1)
            """,
            dataset,
        )

    def test_starts_programs(self, kind: str, dataset: Dataset, tmp_path: Path) -> None:
        program = fake_program(tmp_path / "program", "import sys, beside; print(*sys.argv[1:3])")
        Path(program).write_text(Path(program).read_text().replace(" -IS", ""))
        (tmp_path / "beside.py").write_text("")
        with (
            ToolProcess(Command((program, "{images}")), 20.0) as process,
            private_copies(dataset.images, process.folder) as images,
        ):
            assert process.ask(images).answers == [[[0, 1]]]

    def test_reads_what_it_was_given(self, kind: str, dataset: Dataset, tmp_path: Path) -> None:
        (tmp_path / "model").write_text("00000.png 00002.png")
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "more").write_text("")
        code = (
            f"import sys; open({str(tmp_path / 'folder/more')!r}); print(open(sys.argv[1]).read())"
        )
        program = fake_program(tmp_path / "program", code)
        command = Command((program, str(tmp_path / "model")), reads=(str(tmp_path / "folder"),))
        with (
            ToolProcess(command, 20.0) as process,
            private_copies(dataset.images, process.folder) as images,
        ):
            assert process.ask(images).answers == [[[0, 2]]]


class TestAToolDoesNot:
    def test_read_the_labels_or_the_originals(
        self, kind: str, dataset: Dataset, held: Held, tmp_path: Path
    ) -> None:
        for path in ("labels.csv", "images/query/other.png"):
            read = succeeds(f"open({str(tmp_path / 'data' / path)!r}).close()", dataset)
            held(read, kind not in WITH_LANDLOCK)

    def test_read_secrets_of_the_environment(self, kind: str, dataset: Dataset, held: Held) -> None:
        assert not succeeds("import os\nif 'A_SECRET' not in os.environ: raise OSError", dataset)
        of_parents = f"""
            import pathlib
            for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
                try:
                    if {SECRET.encode()!r} in path.read_bytes(): break
                except OSError:
                    continue
            else:
                raise OSError
        """
        holder = subprocess.Popen(["sleep", "60"])
        try:
            # Who runs tests as root has more rights than a tool, which keeps it out too.
            read = succeeds(of_parents, dataset)
            held(read, read and kind == "process group")
        finally:
            holder.kill()
            holder.wait()

    def test_write_to_the_cache(
        self, kind: str, dataset: Dataset, held: Held, tmp_path: Path
    ) -> None:
        entry = tmp_path / "entry.safetensors"
        entry.write_text("right")
        for code in (
            f"open({str(entry)!r}, 'a').close()",
            f"import os; os.truncate({str(entry)!r}, 5)",
            f"import os; os.rename({str(entry)!r}, {str(entry)!r})",
            f"open({str(tmp_path / 'new')!r}, 'w').close()",
        ):
            held(succeeds(code, dataset), kind == "process group")
        modes = succeeds(f"import os; os.chmod({str(entry)!r}, 0o600)", dataset)
        held(modes, kind in {"landlock", "process group"})

    def test_write_to_the_images(self, kind: str, dataset: Dataset, held: Held) -> None:
        for code in ("images[0].open('a')", "images[0].unlink()", "images[0].chmod(0)"):
            written = succeeds(code, dataset)
            held(written, kind == "process group" or (kind == "landlock" and "chmod" in code))

    def test_reach_this_machines_network(self, kind: str, dataset: Dataset, held: Held) -> None:
        name = f"\0dupeval-{secrets.token_hex(8)}"
        with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as local:
            local.bind(name)
            local.listen()
            port = tcp.getsockname()[1]
            by_tcp = f"import socket; socket.create_connection(('127.0.0.1', {port})).close()"
            by_name = f"import socket; socket.socket(socket.AF_UNIX).connect({name!r})"
            held(succeeds(by_tcp, dataset), kind == "process group")
            held(succeeds(by_name, dataset), kind == "process group")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind(("127.0.0.1", 0))
            send = (
                "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', %r)"
            )
            succeeds(send % (udp.getsockname(),), dataset)
            udp.settimeout(0.1)
            try:
                arrived = bool(udp.recv(1))
            except TimeoutError:
                arrived = False
        held(arrived, kind in {"landlock", "process group"})

    def test_signal_this_program(self, kind: str, dataset: Dataset, held: Held) -> None:
        got = []
        before = signal.signal(signal.SIGUSR1, lambda *_: got.append(1))
        try:
            reached = succeeds(f"import os; os.kill({os.getpid()}, {signal.SIGUSR1:d})", dataset)
        finally:
            signal.signal(signal.SIGUSR1, before)
        held(reached, kind == "process group")
        assert reached == bool(got)

    @pytest.mark.parametrize("end", ["an answer", "a crash", "time"])
    def test_outlive_its_end(self, kind: str, dataset: Dataset, end: str) -> None:
        token = secrets.token_hex(16)
        daemon = f"""
import os, signal, time
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
os.setsid()
if os.fork(): os._exit(0)
print("running", flush=True)
{token!r}
time.sleep(600)
"""
        then = {"an answer": "answer = []", "a crash": "os._exit(3)", "time": "time.sleep(600)"}
        tool = FakeDistances(f"""
import os, subprocess, sys, time
for _ in range(10):
    started = subprocess.Popen([sys.executable, "-ISc", {daemon!r}], stdout=subprocess.PIPE)
    started.stdout.readline()
{then[end]}
""")
        process = ToolProcess(tool, 3.0 if end == "time" else 20.0)
        with process, private_copies(dataset.images, process.folder) as images:
            if end == "an answer":
                process.ask(images)
                assert len(_running(token)) == 10
            else:
                with pytest.raises(NoScoresError):
                    process.ask(images)
        assert not _running(token)

    def test_forge_an_answer_through_open_files_of_its_parents(
        self, kind: str, dataset: Dataset, tmp_path: Path
    ) -> None:
        forge = """
            import ctypes, os, sys, pathlib
            forged = b'{"number": 1, "cpu_s": 0, "peak_memory_mb": 1, "notes": [], '
            forged += b'"answers": [[]]}\\n'
            def write(descriptor):
                try:
                    os.write(descriptor, forged)
                except OSError:
                    pass
            for pid in (os.getppid(), 1, *map(int, filter(str.isdigit, os.listdir("/proc")))):
                if pid == os.getpid(): continue
                for number in range(20):
                    try:
                        write(os.open(f"/proc/{pid}/fd/{number}", os.O_WRONLY | os.O_NONBLOCK))
                    except OSError:
                        pass
            # pidfd_open and pidfd_getfd: the files that are open, as they are.
            libc = ctypes.CDLL(None)
            for pid in {os.getppid(), 1}:
                handle = libc.syscall(434, pid, 0)
                for number in range(20):
                    stolen = libc.syscall(438, handle, number, 0)
                    if stolen >= 0:
                        write(stolen)
            print(*sys.argv[1:])
        """
        # Not of every process of this machine, where a tool sees them all.
        if kind not in WITH_NAMESPACES:
            forge = forge.replace('*map(int, filter(str.isdigit, os.listdir("/proc")))', "")
            forge = forge.replace("(os.getppid(), 1, ", "(os.getppid(), ")
            forge = forge.replace("{os.getppid(), 1}", "{os.getppid()}")
        program = fake_program(tmp_path / "program", forge)
        process = ToolProcess(Command((program, "{images}")), 20.0)
        with process, private_copies(dataset.images, process.folder) as images:
            assert process.ask(images).answers == [[[0, 1, 2]]]
            assert process.ask(images).answers == [[[0, 1, 2]]]

    def test_trace_its_parents(self, kind: str, dataset: Dataset, tmp_path: Path) -> None:
        attach = """
            import ctypes, os, sys
            PTRACE_SEIZE = 0x4206
            got = ctypes.CDLL(None).ptrace(PTRACE_SEIZE, os.getppid(), None, None)
            sys.exit(7 if got == 0 else 0)
        """
        program = fake_program(tmp_path / "program", attach)
        process = ToolProcess(Command((program,)), 20.0)
        with process, private_copies(dataset.images, process.folder) as images:
            assert process.ask(images).answers == [[]]

    def test_have_any_right_of_root(self, kind: str, dataset: Dataset) -> None:
        code = """
            status = open("/proc/self/status").read()
            assert "CapEff:\\t0000000000000000" in status, status
            assert "CapBnd:\\t0000000000000000" in status, status
            assert "NoNewPrivs:\\t1" in status, status
        """
        assert succeeds(code, dataset)

    def test_see_the_others_processes_where_it_has_a_namespace(
        self, kind: str, dataset: Dataset, held: Held
    ) -> None:
        # A namespace may have a process of the same number.
        own = Path(f"/proc/{os.getpid()}/cmdline").read_bytes()
        code = f"""
            if open("/proc/{os.getpid()}/cmdline", "rb").read() != {own!r}:
                raise OSError
        """
        held(succeeds(code, dataset), kind not in WITH_NAMESPACES)


class TestTheVersionOfAProgram:
    def test_is_asked_where_a_tool_runs(
        self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written = tmp_path / "written"
        code = f"""
            import os
            print("1.0", os.environ.get("A_SECRET"))
            open({str(written)!r}, "w")
        """
        program = fake_program(tmp_path / "program", code)
        command = Command((program,), version_arguments=(program,), exit_codes=(0, 1))
        if kind == "process group":
            assert command.versions() == {"program": "1.0 None"}
        else:
            # In bubblewrap there is a folder of that name, which is its own.
            with suppress(NoScoresError):
                command.versions()
            assert not written.exists()


class TestTheIsolation:
    @pytest.fixture(autouse=True)
    def found_out_anew(self) -> Iterator[None]:
        isolation._in_force.cache_clear()
        yield
        isolation._in_force.cache_clear()

    def test_is_the_best_that_works(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(isolation.CHOICE, raising=False)
        assert in_force().name == next(name for name in ISOLATIONS if HELD[name])

    def test_of_a_system_without_bubblewrap_is_namespaces_and_landlock(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not HELD["namespaces+landlock"]:
            pytest.skip("this machine has no namespaces+landlock")
        monkeypatch.delenv(isolation.CHOICE, raising=False)
        without = replace(ISOLATIONS["bubblewrap"], wrap=lambda *_: ["false"])
        monkeypatch.setitem(ISOLATIONS, "bubblewrap", without)
        assert in_force().name == "namespaces+landlock"

    def test_of_a_container_without_user_namespaces_is_landlock(self) -> None:
        if not (HELD["landlock"] and HELD["namespaces"] and shutil.which("setpriv")):
            pytest.skip("this machine has no landlock, or nothing to make such a container of")
        # As root there, but without what makes namespaces, as containers run programs.
        script = (
            "echo 0 > /proc/sys/user/max_user_namespaces && "
            'exec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$@"'
        )
        told = "from dupeval.tool.isolation import in_force; print(in_force().name)"
        done = subprocess.run(
            [
                *("unshare", "--user", "--map-root-user", "sh", "-c", script, "sh"),
                *(sys.executable, "-c", told),
            ],
            env={k: v for k, v in os.environ.items() if k != isolation.CHOICE},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "landlock\n"

    def test_that_is_unknown_is_a_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(isolation.CHOICE, "walls")
        with pytest.raises(SettingsError, match=r"DUPEVAL_ISOLATION=walls is unknown; possible: b"):
            in_force()

    def test_that_does_not_work_is_a_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(isolation.Isolation, "works", lambda _: False)
        for choice, told in (("landlock", "=landlock does not work on this"), ("", "no program ")):
            monkeypatch.setenv(isolation.CHOICE, choice)
            isolation._in_force.cache_clear()
            with pytest.raises(SettingsError, match=told):
                in_force()

    def test_that_is_weak_warns_of_what_is_not_kept_in(self, kind: str) -> None:
        tell_if_weak.cache_clear()
        if kind in STRONG:
            tell_if_weak(in_force())
        else:
            with pytest.warns(UserWarning, match=rf"kept in by {kind} only: a hostile one could"):
                tell_if_weak(in_force())


def test_a_killed_main_program_leaves_nothing_of_a_tool(kind: str, tmp_path: Path) -> None:
    token = secrets.token_hex(16)
    daemon = f"import os, time; os.setsid(); {token!r}; time.sleep(600)"
    tool = f"import subprocess, sys; subprocess.run([sys.executable, '-ISc', {daemon!r}])"
    script = tmp_path / "main.py"
    script.write_text(f"""
from pathlib import Path
from fake_tools import FakeDistances
from dupeval.tool.process import ToolProcess
with ToolProcess(FakeDistances({tool!r}), 60.0) as process:
    process.ask([Path("00000.png")] * 2)
""")
    run = subprocess.Popen([sys.executable, str(script)], stderr=subprocess.DEVNULL)
    assert _wait_until(lambda: len(_running(token)) > 0)
    run.kill()
    run.wait()
    assert _wait_until(lambda: not _running(token))


def _wait_until(condition: object, seconds: float = 20.0) -> bool:
    assert callable(condition)
    deadline = time.perf_counter() + seconds
    while not condition() and time.perf_counter() < deadline:
        time.sleep(0.05)
    return bool(condition())


def _running(token: str) -> set[int]:
    """Return the processes that run code which holds a token."""
    return set(_with(token.encode()))


def _with(token: bytes) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = path.read_bytes().split(b"\0")
        except OSError:
            continue
        # Not those whose own argument is the code that holds it.
        if len(arguments) > 2 and arguments[1] == b"-ISc" and token in arguments[2]:
            yield int(path.parent.name)
