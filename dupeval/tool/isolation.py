"""How a tool's process is kept in: the best that the machine has, and what may be read there."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import sysconfig
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import dupeval
from dupeval.errors import SettingsError
from dupeval.tool import confine, keeper

# Which isolation to use, in place of the best; for tests, and for machines where that fails.
CHOICE = "DUPEVAL_ISOLATION"
PROBE_TIME_LIMIT_S = 20.0

_SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store"),
    *("/proc", "/sys/devices/system"),
)
# The rest of /etc may hold secrets.
_OF_ETC = (
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime", "magic"),
    *("passwd", "group", "nsswitch.conf", "perl", "ImageMagick-6", "ImageMagick-7", "mime.types"),
)
# Of an environment: what programs in its bin read; not all of it, which may be ~/.local.
_OF_ENVIRONMENT = ("bin", "lib", "lib64", "libexec", "pyvenv.cfg", "conda-meta")
_CODE = {".py", ".so", ".pm", ".pl"}
_INSTALLED = {"site-packages", "dist-packages"}
_PASSED = {
    *("PATH", "LANG", "TZ", "LD_LIBRARY_PATH", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
    *("MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "PYTHONHOME", "PYTHONHASHSEED"),
}

# Turns a program into one that is kept in: arguments, scratch folder, further readable paths.
_Wrap = Callable[[Sequence[str], str, Sequence[str]], list[str]]


@dataclass(frozen=True)
class Isolation:
    """A way to keep a tool in.

    Attributes
    ----------
    name : str
        As `CHOICE` and ``run.json`` call it.
    lacks : str
        What a hostile tool could do all the same; empty where that is nothing that is known.
    grace_s : float
        How long programs are given to end by themselves; with a process namespace none, for all
        of it ends at once.
    wrap : callable
    """

    name: str
    lacks: str
    grace_s: float
    wrap: _Wrap

    def works(self) -> bool:
        """Whether this machine has it; it is tried out."""
        program = shutil.which("true")
        if program is None:
            return False
        try:
            done = subprocess.run(
                self.wrap([program], "/tmp", ()),  # noqa: S108
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=PROBE_TIME_LIMIT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0


def in_force() -> Isolation:
    """Return the best isolation that this machine has, or the one that `CHOICE` names.

    Raises
    ------
    SettingsError
        If there is no such isolation, or not on this machine.
    """
    return _in_force(os.environ.get(CHOICE, ""))


@cache
def _in_force(choice: str) -> Isolation:
    if choice and choice not in ISOLATIONS:
        raise SettingsError(f"{CHOICE}={choice} is unknown; possible: {', '.join(ISOLATIONS)}")
    for name in (choice,) if choice else ISOLATIONS:
        if ISOLATIONS[name].works():
            return ISOLATIONS[name]
    if choice:
        raise SettingsError(
            f"{CHOICE}={choice} does not work on this machine; possible: leave it out, and the "
            "best that does is taken"
        )
    raise SettingsError("no program can be started on this machine, and so no tool")


@cache
def tell_if_weak(isolation: Isolation) -> None:
    """Warn once of what a tool is not kept from."""
    if isolation.lacks:
        warnings.warn(
            f"tools are kept in by {isolation.name} only: a hostile one could {isolation.lacks}; "
            "what helps: the program bubblewrap, or user namespaces",
            stacklevel=3,
        )


def environment(home: Path, *code: Path) -> Mapping[str, str]:
    """Return all variables that a tool is given.

    Parameters
    ----------
    home : Path
        For all that it writes.
    *code : Path
        See `link_code`.
    """
    passed = {name: value for name, value in os.environ.items() if name in _PASSED}
    installed = [entry for entry in _python_path() if _is_installed(entry)]
    folders = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(home))
    return {
        **passed,
        **folders,
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(map(str, (*code, *installed))),
        # Packages that were installed for this user stay visible.
        "PYTHONUSERBASE": site.getuserbase(),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def link_code(folder: Path, module: str, needs: Iterable[str] = ()) -> Sequence[str]:
    """Fill a folder with links to the code that is not installed; return where that lies.

    Its own folder, which Python would have to list, is not for a tool: data may lie there too.

    Parameters
    ----------
    folder : Path
        Made.
    module : str
        The one that the tool's class is in.
    needs : iterable of str, optional
        See `dupeval.tool.Tool.needs`; what of them is code is linked too.
    """
    found: dict[str, Path] = {}
    for entry in _python_path():
        if entry.is_dir() and not _is_installed(entry):
            for path in _code_in(entry):
                found.setdefault(path.name, path)
    for path in map(Path, needs):
        if _is_code(path) and not _is_installed(path):
            found.setdefault(path.name, path)
    loaded = sys.modules.get(module.partition(".")[0])
    for module_of in (loaded, dupeval):
        places = [*getattr(module_of, "__path__", ()), getattr(module_of, "__file__", None)]
        if places[0] is not None and not _is_installed(Path(places[0])):
            found[Path(places[0]).name] = Path(places[0])
    folder.mkdir()
    for name, path in found.items():
        (folder / name).symlink_to(path.absolute())
    return [str(path) for path in found.values()]


def _python_path() -> list[Path]:
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [Path(entry).absolute() for entry in entries if entry]


def _is_installed(path: Path) -> bool:
    return not _INSTALLED.isdisjoint(path.parts) or path.is_relative_to(sys.base_prefix)


def belongings(program: str) -> Iterator[str]:
    """Yield what a program reads that lies beside it: itself, its environment, its interpreter."""
    path = Path(program)
    yield program
    for place in {path, path.resolve()}:
        yield str(place)
        prefix = place.parent.parent
        if place.parent.name in {"bin", "sbin"} and (prefix / "lib").is_dir():
            yield from (str(prefix / name) for name in _OF_ENVIRONMENT)
    with path.open("rb") as file:
        first = file.readline(4096)
    if first.startswith(b"#!"):
        for word in os.fsdecode(first[2:]).split()[:2]:
            interpreter = shutil.which(word)
            if interpreter is not None and interpreter != program:
                yield from belongings(interpreter)


def code_beside(path: str) -> Iterator[str]:
    """Yield the modules and packages that lie beside a script, which it may import."""
    script = Path(path).resolve()
    with suppress(OSError), script.open("rb") as file:
        if script.suffix in _CODE or file.read(2) == b"#!":
            yield from map(str, _code_in(script.parent))


@cache
def _readable() -> Sequence[str]:
    """Return what any tool may read: the system's programs, Python, and its packages."""
    found = [*_SYSTEM, *(f"/etc/{name}" for name in _OF_ETC), *dupeval.__path__]
    found += [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
    found += [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    found += [site.getusersitepackages(), *belongings(sys.executable)]
    found += [str(path) for path in _python_path() if _is_installed(path)]
    found += [entry for entry in sys.path if entry and _is_installed(Path(entry))]
    return found


def _code_in(folder: Path) -> Iterator[Path]:
    return filter(_is_code, folder.iterdir())


def _is_code(path: Path) -> bool:
    return path.suffix in _CODE or (path / "__init__.py").is_file()


def _existing(paths: Iterable[str]) -> list[str]:
    """Return the paths that are there, without those that lie in another of them."""
    kept: list[str] = []
    for path in sorted({os.path.abspath(path) for path in paths if path}):  # noqa: PTH100
        nested = any(path.startswith(f"{folder}/") for folder in kept)
        if not nested and os.path.exists(path):  # noqa: PTH110
            kept.append(path)
    return kept


def _inner(arguments: Sequence[str]) -> list[str]:
    """Let the keeper be the first process of a namespace of processes."""
    return [sys.executable, "-IS", keeper.__file__, "0", str(keeper.GRACE_S), *arguments]


def _bubblewrap(arguments: Sequence[str], scratch: str, readable: Sequence[str]) -> list[str]:
    binds: list[str] = []
    for path in _existing([*_readable(), *readable]):
        if path != "/proc":
            binds += ["--ro-bind", path, path]
    return [
        *(shutil.which("bwrap") or "bwrap", "--unshare-user-try", "--unshare-ipc", "--unshare-pid"),
        *("--unshare-net", "--unshare-uts", "--unshare-cgroup-try", "--cap-drop", "ALL"),
        *("--die-with-parent", "--as-pid-1", "--tmpfs", "/tmp"),  # noqa: S108
        *binds,
        *("--proc", "/proc", "--dev", "/dev"),
        *(() if scratch == "/tmp" else ("--bind", scratch, scratch)),  # noqa: S108
        *("--chdir", scratch, "--", *_inner(arguments)),
    ]


def _confined(
    layers: str, arguments: Sequence[str], scratch: str, readable: Sequence[str]
) -> list[str]:
    allowed = _existing([*_readable(), *readable]) if "landlock" in layers else []
    program = [sys.executable, "-IS", confine.__file__, layers, scratch]
    return [*program, *allowed, "--", *arguments]


def _namespaces(layers: str) -> _Wrap:
    def wrap(arguments: Sequence[str], scratch: str, readable: Sequence[str]) -> list[str]:
        return [
            *(shutil.which("unshare") or "unshare", "--user", "--map-root-user", "--mount"),
            *("--pid", "--mount-proc", "--net", "--ipc", "--uts", "--fork", "--kill-child", "--"),
            *_confined(layers, _inner(arguments), scratch, readable),
        ]

    return wrap


def _without_namespaces(layers: str) -> _Wrap:
    def wrap(arguments: Sequence[str], scratch: str, readable: Sequence[str]) -> list[str]:
        if sys.platform != "linux":
            return list(arguments)
        return _confined(layers, arguments, scratch, readable)

    return wrap


def _lacks_of_landlock() -> str:
    version = confine.landlock_version() if sys.platform == "linux" else 0
    told = ["see the names of your files, change their modes and times"]
    told += ["cut them short"] if version < confine.TRUNCATE_SINCE else []
    told += ["end your programs"] if version < confine.SCOPE_SINCE else []
    network = "the network" if version < confine.TCP_SINCE else "the network by UDP"
    return f"{', '.join(told)}, and use {network}"


# Best first.
ISOLATIONS: Mapping[str, Isolation] = {
    isolation.name: isolation
    for isolation in (
        Isolation("bubblewrap", "", 0.0, _bubblewrap),
        Isolation("namespaces+landlock", "", 0.0, _namespaces("mounts,landlock")),
        Isolation("namespaces", "read your files", 0.0, _namespaces("mounts")),
        Isolation(
            "landlock", _lacks_of_landlock(), keeper.GRACE_S, _without_namespaces("landlock")
        ),
        Isolation(
            "process group",
            "read and write your files and the cache, end your programs, and use the network",
            keeper.GRACE_S,
            _without_namespaces("none"),
        ),
    )
}
