"""The system calls that Python has no function for, by the C library: Linux only, and only in a child that is boxed."""

from __future__ import annotations

import ctypes
import os

PR_CAPBSET_DROP = 24
PR_GET_SECCOMP = 21
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_CAPABILITY_VERSION_3 = 0x20080522
_HIGHEST_CAPABILITY = 63

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def check(result: int, what: str) -> int:
    """The result of a call, unless it is -1. Raises OSError naming what was tried."""
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def prctl(option: int, *arguments: int | ctypes.c_void_p) -> int:
    """prctl(2); unused arguments are zero. Raises OSError."""
    words = [a if isinstance(a, ctypes.c_void_p) else ctypes.c_ulong(a) for a in arguments]
    words += [ctypes.c_ulong(0)] * (4 - len(words))
    return check(libc.prctl(ctypes.c_int(option), *words), f"prctl({option})")


def system_call(number: int, *arguments: int | ctypes.c_void_p) -> int:
    """A system call by its number. Raises OSError."""
    words = [a if isinstance(a, ctypes.c_void_p) else ctypes.c_long(a) for a in arguments]
    return check(int(libc.syscall(ctypes.c_long(number), *words)), f"system call {number}")


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Data(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def drop_capabilities() -> None:
    """Give up every capability(7), for good: what root may do beyond its own files. Raises OSError."""
    for capability in range(_HIGHEST_CAPABILITY + 1):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # there are no more, or we had not the right to hold any
    try:
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    except OSError:
        pass  # before Linux 4.3 there are none
    header = _Header(_CAPABILITY_VERSION_3, 0)
    nothing = (_Data * 2)()
    check(libc.capset(ctypes.byref(header), ctypes.byref(nothing)), "capset")
