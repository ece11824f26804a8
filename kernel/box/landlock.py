"""Landlock: which files a process may open, which ports it may use, whom it may signal (kernel documentation
"Landlock: unprivileged access control", uapi/linux/landlock.h).

A ruleset names the rights it handles; what is handled and not allowed by a rule is refused, for this process and for
ever. What a kernel does not know cannot be handled, so the rights depend on the version of its interface (ABI).

Landlock does not hide that a file exists (stat, chdir), and before its ABI 6 it knows nothing of signals: the filter of
system calls stands beside it.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable
from typing import NamedTuple

from .native import PR_SET_NO_NEW_PRIVS, prctl, system_call

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every architecture
_ASK_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_READ = _READ_FILE | _READ_DIR
_HANDLED_FS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_TCP = 0b11  # bind and connect, from ABI 4
_SCOPES = 0b11  # abstract unix sockets and signals, from ABI 6


class Rights(NamedTuple):
    """What a ruleset handles, for one version of the interface."""

    files: int
    ports: int
    scopes: int


def rights(abi: int, *, network: bool) -> Rights:
    """Everything that version ``abi`` can refuse; ports are left alone for a process that may use the network."""
    files = _HANDLED_FS[max(version for version in _HANDLED_FS if version <= abi)]
    return Rights(files, _TCP if abi >= 4 and not network else 0, _SCOPES if abi >= 6 else 0)


def version() -> int:
    """The version of the interface (1, 2, …); 0 where the kernel has none or it is switched off."""
    try:
        return system_call(_CREATE, 0, 0, _ASK_VERSION)
    except OSError:
        return 0


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("ports", ctypes.c_uint64), ("scopes", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def restrict(
    reads: Iterable[str], writes: Iterable[str], *, network: bool = False, programs: Iterable[str] = ()
) -> int:
    """Refuse this thread (and what it starts) every file but those at or below ``reads`` and ``writes``; nothing but
    ``programs`` may be executed. A path that is not there is left out. Returns the version in force, 0 for none.
    Raises OSError.

    Call it before there is a second thread.
    """
    abi = version()
    if not abi:
        return 0
    handled = rights(abi, network=network)
    attributes = _Ruleset(handled.files, handled.ports, handled.scopes)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = system_call(_CREATE, ctypes.c_void_p(ctypes.addressof(attributes)), size, 0)
    try:
        for path in reads:
            _allow(ruleset, path, _READ & handled.files)
        for path in writes:
            _allow(ruleset, path, handled.files & ~_EXECUTE)
        for path in programs:
            _allow(ruleset, path, (_READ_FILE | _EXECUTE) & handled.files)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        system_call(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)
    return abi


def _allow(ruleset: int, path: str, allowed: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no permission
    try:
        if not stat.S_ISDIR(os.fstat(parent).st_mode):
            allowed &= _OF_FILES
        rule = _PathBeneath(allowed, parent)
        system_call(_ADD, ruleset, _PATH_BENEATH, ctypes.c_void_p(ctypes.addressof(rule)), 0)
    finally:
        os.close(parent)
