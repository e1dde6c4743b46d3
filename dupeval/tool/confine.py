"""A program that gives up what a tool must not have, and becomes another; Linux alone.

``confine.py LAYERS SCRATCH READABLE... -- PROGRAM ARGUMENT...`` becomes PROGRAM, which, and all
that comes of it, holds no capability and gets none, dumps no core, and ends with the process that
started it. LAYERS, joined by commas, are what else is laid around it:

``landlock``
    It reads READABLE and SCRATCH and writes SCRATCH only; it neither binds nor connects to TCP,
    nor signals, traces or looks into processes that do not come of it, as far as the kernel has
    these (Landlock, since Linux 5.13; TCP since 6.7, signals since 6.12).
``mounts``
    All that is mounted cannot be written, SCRATCH but for; what is in memory (``/dev/shm``) is its
    own. It must have been given a mount namespace.

It is run as a file, by an interpreter that need not know dupeval; see `dupeval.tool.isolation`.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

CANNOT_CONFINE = 125

# From linux/prctl.h.
_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 24, 38
# From linux/mount.h and linux/fcntl.h.
_MS_NOSUID, _MS_NODEV, _MS_BIND = 2, 4, 4096
_RDONLY, _AT_FDCWD, _AT_RECURSIVE = 1, -100, 0x8000
# Numbers that all of Linux's architectures share, alpha but for.
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT, _MOUNT_SETATTR = 444, 445, 446, 442
# From linux/landlock.h: what may be done to files, by the version that knows it.
_EXECUTE, _WRITE, _READ, _READ_DIR = 1, 2, 4, 8
_CHANGE_FOLDERS = sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL
REFER_SINCE, TRUNCATE_SINCE, TCP_SINCE, SCOPE_SINCE = 2, 3, 4, 6
_BIND_AND_CONNECT = _ABSTRACT_SOCKETS_AND_SIGNALS = 3

_LIBC = ctypes.CDLL(None, use_errno=True)


def landlock_version() -> int:
    """Return the version of the kernel's Landlock, 0 if it has none."""
    return max(0, int(_LIBC.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)))


def main(layers: Sequence[str], scratch: str, readable: Sequence[str]) -> None:
    """Confine this process.

    Raises
    ------
    OSError
        If the system does not let it.
    """
    parent = os.getppid()
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(CANNOT_CONFINE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if "mounts" in layers:
        _hold_mounts(scratch)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if "landlock" in layers:
        _hold_files(scratch, readable)
    for capability in range(64):
        # Those that the kernel does not know, and who has none, cannot drop them.
        _LIBC.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def _prctl(option: int, value: int) -> None:
    _checked(_LIBC.prctl(option, ctypes.c_ulong(value), 0, 0, 0))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _hold_mounts(scratch: str) -> None:
    own = os.fsencode(scratch)
    _checked(_LIBC.mount(own, own, None, ctypes.c_ulong(_MS_BIND), None))
    _set_mounts(b"/", _AT_RECURSIVE, set_=_RDONLY)
    _set_mounts(own, 0, clear=_RDONLY)
    if Path("/dev/shm").is_dir():  # noqa: S108
        flags = ctypes.c_ulong(_MS_NOSUID | _MS_NODEV)
        _checked(_LIBC.mount(b"tmpfs", b"/dev/shm", b"tmpfs", flags, b"mode=1777"))
    # The folder was entered before it was mounted.
    os.chdir(scratch)


def _set_mounts(path: bytes, flags: int, set_: int = 0, clear: int = 0) -> None:
    attributes = (ctypes.c_uint64 * 4)(set_, clear, 0, 0)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    _checked(_LIBC.syscall(_MOUNT_SETATTR, _AT_FDCWD, path, flags, attributes, size))


def _hold_files(scratch: str, readable: Sequence[str]) -> None:
    version = landlock_version()
    files = _EXECUTE | _WRITE | _READ | _READ_DIR | _CHANGE_FOLDERS
    files |= _REFER if version >= REFER_SINCE else 0
    files |= _TRUNCATE if version >= TRUNCATE_SINCE else 0
    handled = (ctypes.c_uint64 * 3)(
        files,
        _BIND_AND_CONNECT if version >= TCP_SINCE else 0,
        _ABSTRACT_SOCKETS_AND_SIGNALS if version >= SCOPE_SINCE else 0,
    )
    size = ctypes.c_size_t(ctypes.sizeof(handled))
    rules = _checked(_LIBC.syscall(_LANDLOCK_CREATE, handled, size, 0))
    for path in readable:
        _allow(rules, path, _EXECUTE | _READ | _READ_DIR)
    _allow(rules, scratch, files)
    _allow(rules, "/dev/shm", files)  # noqa: S108
    for device in ("null", "zero", "full", "random", "urandom"):
        _allow(rules, f"/dev/{device}", _READ | _WRITE)
    _checked(_LIBC.syscall(_LANDLOCK_RESTRICT, rules, 0))
    os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        # What is not there needs no rule.
        return
    is_folder = stat.S_ISDIR(os.fstat(beneath).st_mode)
    packed = (rights if is_folder else rights & _OF_FILES).to_bytes(8, sys.byteorder)
    rule = packed + beneath.to_bytes(4, sys.byteorder)
    _checked(_LIBC.syscall(_LANDLOCK_ADD, rules, 1, rule, 0))
    os.close(beneath)


if __name__ == "__main__":
    end = sys.argv.index("--")
    layers, scratch, *readable = sys.argv[1:end]
    program = sys.argv[end + 1 :]
    try:
        main(layers.split(","), scratch, readable)
        os.execv(program[0], program)  # noqa: S606
    except OSError as error:
        sys.stderr.write(f"cannot be kept in: {error.strerror}\n")
        sys.exit(CANNOT_CONFINE)
