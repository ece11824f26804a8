"""The filter of system calls as data: run on calls that nobody makes."""

from __future__ import annotations

import errno
import struct

import pytest

from bluerill.kernel.box.calls import ARCHITECTURES, ARGUED, NEWEST, REFUSED, SOCKETS
from bluerill.kernel.box.seccomp import ALLOW, ERRNO, KILL, Instruction, program

PID = 4321
PERMISSION, NO_SUCH_CALL = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS


def verdict(code: list[Instruction], audit: int, number: int, *arguments: int) -> int:
    """What the kernel's machine would answer (classic BPF over struct seccomp_data)."""
    data = struct.pack("=IIQ6Q", number, audit, 0, *(*arguments, *[0] * (6 - len(arguments))))
    held, at = 0, 0
    while True:
        operation, yes, no, constant = code[at]
        at += 1
        match operation:
            case 0x20:
                (held,) = struct.unpack_from("=I", data, constant)
            case 0x54:
                held &= constant
            case 0x15:
                at += yes if held == constant else no
            case 0x25:
                at += yes if held > constant else no
            case 0x45:
                at += yes if held & constant else no
            case 0x06:
                return constant
            case other:
                raise AssertionError(f"no such instruction: {other:#x}")


@pytest.fixture(params=ARCHITECTURES)
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def judge(machine: str, name: str, *arguments: int, network: bool = False) -> int:
    audit, column = ARCHITECTURES[machine]
    numbers = {**REFUSED, **SOCKETS, **ARGUED}[name]
    return verdict(program(machine, PID, network=network), audit, numbers[column], *arguments)


def test_what_is_refused_is_refused_whatever_its_arguments(machine: str) -> None:
    _, column = ARCHITECTURES[machine]
    for name, numbers in {**REFUSED, **SOCKETS}.items():
        if numbers[column] >= 0:
            assert judge(machine, name, 0, PID, 1 << 63) == PERMISSION, name


def test_what_computes_and_waits_is_allowed() -> None:
    for number in (0, 1, 3, 8, 9, 11, 12, 39, 46, 47, 202, 228, 231, 232, 257, 281, 318, 319):  # x86_64: read … memfd
        assert verdict(program("x86_64", PID), ARCHITECTURES["x86_64"].audit, number) == ALLOW


def test_numbers_of_another_architecture_end_the_process(machine: str) -> None:
    for other in (0x40000003, 0xC000003E, 0xC00000B7):  # i386, x86_64, aarch64
        if other != ARCHITECTURES[machine].audit:
            assert verdict(program(machine, PID), other, 1) == KILL


def test_calls_newer_than_the_table_do_not_exist(machine: str) -> None:
    audit, _ = ARCHITECTURES[machine]
    for number in (NEWEST + 1, 1000, 0x40000000 | 59, 0xFFFFFFFF):  # the third is execve in the x32 numbering
        assert verdict(program(machine, PID), audit, number) == NO_SUCH_CALL


@pytest.mark.parametrize(
    ("call", "allowed"),
    [
        (("clone", 0x3D0F00), True),  # what pthread_create asks
        (("clone", 0x1200011), False),  # what fork asks
        (("kill", PID, 9), True),
        (("kill", PID + 1, 9), False),
        (("kill", (1 << 64) - 1, 9), False),
        (("kill", 0, 9), False),
        (("tgkill", PID, 7, 6), True),
        (("rt_tgsigqueueinfo", PID + 1, 7, 6), False),
        (("socket", 1, 1), False),
        (("socket", 2, 1), False),
        (("socketpair", 1, 0x80001), True),  # what an event loop needs
        (("socketpair", 1, 5), True),
        (("socketpair", 1, 2), False),  # a datagram socket posts to anybody
        (("socketpair", 2, 1), False),
        (("sendto", 3, 0, 1, 0, 0, 0), True),
        (("sendto", 3, 0, 1, 0, 1 << 40, 16), False),
        (("prlimit64", 0, 7), True),
        (("prlimit64", PID - 1, 7), False),
        (("sched_setaffinity", 1, 8), False),
        (("fcntl", 3, 2), True),
        (("fcntl", 3, 8), False),
        (("fcntl", 3, 1 << 40 | 15), False),  # the kernel reads 32 bits of it
        (("ioctl", 0, 0x5401), True),
        (("ioctl", 0, 0x5412), False),
    ],
)
def test_arguments_decide(machine: str, call: tuple[str, int], allowed: bool) -> None:
    assert judge(machine, *call) == (ALLOW if allowed else PERMISSION)


def test_clone3_looks_like_an_older_kernel(machine: str) -> None:
    assert judge(machine, "clone3") == NO_SUCH_CALL


def test_with_the_network_there_are_two_families_and_no_other(machine: str) -> None:
    verdicts = {family: judge(machine, "socket", family, network=True) for family in (1, 2, 10, 16, 17, 38)}
    assert [family for family, each in verdicts.items() if each == ALLOW] == [2, 10]
    assert judge(machine, "connect", 3, 1, network=True) == ALLOW
    assert judge(machine, "socket", 2) == PERMISSION


def test_no_call_stands_twice_and_jumps_fit() -> None:
    for machine, (_, column) in ARCHITECTURES.items():
        numbers = [each[column] for each in (*REFUSED.values(), *SOCKETS.values(), *ARGUED.values())]
        there = [number for number in numbers if number >= 0]
        assert len(there) == len(set(there)), machine
        code = program(machine, PID)
        assert len(code) < 4096
        assert all(0 <= yes <= 255 and 0 <= no <= 255 for _, yes, no, _ in code)
