"""A filter of system calls: a small program of the kernel's classic BPF machine, written here as a list of
instructions (seccomp(2), kernel documentation "Seccomp BPF").

    wrong architecture              the process is killed: its numbers mean other calls
    newer than we know              ENOSYS
    REFUSED                         EPERM
    clone                           threads only (clone3: ENOSYS, since a filter cannot see into its structure)
    kill, tgkill, …sigqueueinfo     to itself only
    socket                          no family at all; with the network: IPv4 and IPv6
    socketpair                      local stream and seqpacket pairs, which reach nobody but their two ends
    sendto                          without an address
    prlimit64, sched_setaffinity    of itself
    fcntl, ioctl                    nothing that sends signals to others or types into a terminal

The program is pure data, so that a test can run it on any call without making one.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable

from .calls import ARCHITECTURES, ARGUED, NEWEST, REFUSED, SOCKETS
from .native import PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, prctl

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_MODE_FILTER = 2
_LOAD, _RETURN = 0x20, 0x06  # BPF_LD|BPF_W|BPF_ABS, BPF_RET|BPF_K
_AND = 0x54  # BPF_ALU|BPF_AND|BPF_K
_EQUAL, _GREATER, _ANY_BIT = 0x15, 0x25, 0x45  # BPF_JMP with BPF_JEQ, BPF_JGT, BPF_JSET
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data

_CLONE_THREAD = 0x10000
_CLONE_NAMESPACES = 0x7E020080
_STARTING = frozenset({"fork", "vfork", "execve", "pidfd_open", "pidfd_send_signal"})
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_SOCK_KINDS, _SOCK_STREAM, _SOCK_SEQPACKET = 0xF, 1, 5
_FCNTL = (8, 15)  # F_SETOWN, F_SETOWN_EX: with O_ASYNC, signals to any process of this user
_IOCTL = (0x5412, 0x541C, 0x8901, 0x8902, 0x540E, 0x5410, 0x5423)
# TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP, TIOCSCTTY, TIOCSPGRP, TIOCSETD

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, constant."""


def program(machine: str, pid: int, *, network: bool = False, starts: bool = False) -> list[Instruction]:
    """The filter for a process ``pid`` on a machine (``os.uname().machine``). One that ``starts`` programs may fork and
    signal what it started; which programs, and whom, is left to Landlock. Raises KeyError for an unknown machine."""
    arch = ARCHITECTURES[machine]
    refused = {**REFUSED, **({} if network else SOCKETS)}
    if starts:
        refused = {name: numbers for name, numbers in refused.items() if name not in _STARTING}
    code: list[Instruction] = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, arch.audit),
        (_RETURN, 0, 0, KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_GREATER, 0, 1, NEWEST),
        (_RETURN, 0, 0, ERRNO | errno.ENOSYS),
    ]
    for numbers in refused.values():
        if numbers[arch.column] >= 0:
            code += [(_EQUAL, 0, 1, numbers[arch.column]), (_RETURN, 0, 0, ERRNO | errno.EPERM)]
    for name, numbers in ARGUED.items():
        body = _starting(name) if starts and name in ("clone", "kill") else _argued(name, pid, network)
        code += [(_EQUAL, 0, len(body), numbers[arch.column]), *body]
    return [*code, (_RETURN, 0, 0, ALLOW)]


def _argued(name: str, pid: int, network: bool) -> list[Instruction]:
    """What decides over one call by its arguments; it always returns."""
    if name == "clone3":
        return [(_RETURN, 0, 0, ERRNO | errno.ENOSYS)]
    if name == "clone":
        return [*_low(0), (_ANY_BIT, 1, 0, _CLONE_THREAD), *_no(), *_yes()]
    if name == "socket":
        return _one_of(0, (_AF_INET, _AF_INET6) if network else ())
    if name == "socketpair":
        kind = [*_low(1), (_AND, 0, 0, _SOCK_KINDS), (_EQUAL, 2, 0, _SOCK_STREAM), (_EQUAL, 1, 0, _SOCK_SEQPACKET)]
        return [*_low(0), (_EQUAL, 1, 0, _AF_UNIX), *_no(), *kind, *_no(), *_yes()]
    if name == "sendto":
        if network:
            return _yes()
        return [*_low(4), (_EQUAL, 1, 0, 0), *_no(), *_high(4), (_EQUAL, 1, 0, 0), *_no(), *_yes()]
    if name == "fcntl":
        return _none_of(1, _FCNTL)
    if name == "ioctl":
        return _none_of(1, _IOCTL)
    itself = (pid,) if "kill" in name or "sigqueue" in name else (0, pid)
    return _one_of(0, itself)


def _starting(name: str) -> list[Instruction]:
    """For a process that starts programs: no new namespaces, and signals where Landlock lets them go."""
    if name == "kill":
        return _yes()
    return [*_low(0), (_ANY_BIT, 0, 1, _CLONE_NAMESPACES), *_no(), *_yes()]


def _low(argument: int) -> list[Instruction]:
    return [(_LOAD, 0, 0, _ARGUMENTS + 8 * argument)]


def _high(argument: int) -> list[Instruction]:
    return [(_LOAD, 0, 0, _ARGUMENTS + 8 * argument + 4)]


def _yes() -> list[Instruction]:
    return [(_RETURN, 0, 0, ALLOW)]


def _no() -> list[Instruction]:
    return [(_RETURN, 0, 0, ERRNO | errno.EPERM)]


def _one_of(argument: int, values: Iterable[int]) -> list[Instruction]:
    code = _low(argument)
    for value in values:
        code += [(_EQUAL, 0, 1, value), *_yes()]
    return [*code, *_no()]


def _none_of(argument: int, values: Iterable[int]) -> list[Instruction]:
    code = _low(argument)
    for value in values:
        code += [(_EQUAL, 0, 1, value), *_no()]
    return [*code, *_yes()]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def install(instructions: list[Instruction]) -> None:
    """Filter this thread's system calls, and those of whatever it starts, for ever. Raises OSError."""
    code = b"".join(struct.pack("=HBBI", *each) for each in instructions)
    held = ctypes.create_string_buffer(code, len(code))
    whole = _Program(len(instructions), ctypes.addressof(held))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_SECCOMP, _MODE_FILTER, ctypes.c_void_p(ctypes.addressof(whole)))
