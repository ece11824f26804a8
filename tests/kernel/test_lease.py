"""Borrowed memory, and what a hostile lender may try."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from collections.abc import Callable

import pytest

from bluerill.kernel import lease as lease_module
from bluerill.kernel.errors import BudgetExceeded, CallerError
from bluerill.kernel.lease import HAVE_MEMFD, Lease, LeaseTable
from bluerill.kernel.limits import MAX_LEASE_BYTES

memfd = pytest.mark.skipif(not HAVE_MEMFD, reason="this system has no memfd")


def is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def raw_memfd(data: bytes, seals: int) -> int:
    fd = os.memfd_create("test", os.MFD_ALLOW_SEALING)
    os.write(fd, data)
    if seals:
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
    return fd


def test_bytes_are_not_copied_inside_a_process() -> None:
    data = b"x" * 100_000
    with Lease.offer(data) as lease:
        assert lease.bytes() is data
        assert lease.view().obj is data


def test_later_changes_of_a_mutable_payload_do_not_show() -> None:
    data = bytearray(b"before" * 4000)
    lease = Lease.offer(data)
    data[:6] = b"after!"
    assert lease.bytes()[:6] == b"before"
    assert lease.view().readonly
    lease.release()


@memfd
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_lease_crosses_a_descriptor(kind: Callable[[bytes], bytes]) -> None:
    payload = os.urandom(200_000)
    lender = Lease.offer(kind(payload))
    borrower = Lease.adopt(os.dup(lender.fd), lender.size)
    lender.release()
    assert borrower.view() == payload
    with pytest.raises(OSError):
        os.write(borrower.fd, b"no")
    borrower.release()


def test_a_strided_view_is_offered_as_what_it_shows() -> None:
    lease = Lease.offer(memoryview(bytes(range(100)))[10:20])
    assert lease.bytes() == bytes(range(10, 20))
    lease.release()


@memfd
def test_an_empty_payload_is_a_lease_too() -> None:
    lender = Lease.offer(b"")
    with Lease.adopt(os.dup(lender.fd), 0) as borrower:
        assert borrower.bytes() == b""
    lender.release()


def test_access_after_release_or_revoke_says_why() -> None:
    lease = Lease.offer(b"data")
    view = lease.view()
    lease.release()
    lease.release()
    with pytest.raises(CallerError, match="4 bytes is gone: released"):
        lease.view()
    with pytest.raises(ValueError):
        view[0]
    revoked = Lease.offer(b"data")
    revoked.revoke("the peer died")
    for access in (revoked.view, revoked.bytes, revoked.take, lambda: revoked.fd, revoked.__enter__):
        with pytest.raises(CallerError, match="revoked: the peer died"):
            access()


@memfd
def test_a_buffer_still_exported_outlives_the_lease_safely() -> None:
    lender = Lease.offer(b"abc" * 10_000)
    borrower = Lease.adopt(os.dup(lender.fd), lender.size)
    part = borrower.view()[1:4]  # a slice keeps the mapping exported
    fd = borrower.fd
    borrower.revoke()
    assert not is_open(fd)
    assert bytes(part) == b"bca"
    lender.release()


def test_taken_is_remembered_for_the_kernel() -> None:
    lease = Lease.offer(b"x")
    before = lease.taken
    assert lease.take() is lease
    assert (before, lease.taken) == (False, True)
    lease.release()


@memfd
@pytest.mark.parametrize("claimed", [0, 9_999, 10_001, MAX_LEASE_BYTES, -1, MAX_LEASE_BYTES + 1])
def test_a_wrong_size_is_refused_and_the_descriptor_closed(claimed: int) -> None:
    fd = raw_memfd(b"x" * 10_000, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE)
    with pytest.raises(CallerError):
        Lease.adopt(fd, claimed)
    assert not is_open(fd)


@memfd
@pytest.mark.parametrize(
    "seals", [0, "F_SEAL_SHRINK", "F_SEAL_SHRINK F_SEAL_GROW", "F_SEAL_WRITE", "F_SEAL_GROW F_SEAL_WRITE"]
)
def test_an_unsealed_file_is_refused(seals: str | int) -> None:
    bits = sum(getattr(fcntl, name) for name in seals.split()) if isinstance(seals, str) else 0
    fd = raw_memfd(b"x" * 100, bits)
    with pytest.raises(CallerError, match="sealed"):
        Lease.adopt(fd, 100)
    assert not is_open(fd)


@memfd
def test_what_is_no_memory_file_is_refused() -> None:
    ours, theirs = socket.socketpair()
    read_end, write_end = os.pipe()
    with tempfile.TemporaryFile() as file:
        file.write(b"x" * 10)
        file.flush()
        for fd, size in (
            (ours.detach(), 0),
            (read_end, 0),
            (os.dup(file.fileno()), 10),
            (os.open("/", os.O_RDONLY), 0),
        ):
            with pytest.raises(CallerError):
                Lease.adopt(fd, size)
            assert not is_open(fd)
    os.close(write_end)
    theirs.close()


def test_a_closed_descriptor_is_refused() -> None:
    fd = os.open("/dev/null", os.O_RDONLY)
    os.close(fd)
    for wrong in (fd, -1):
        with pytest.raises(CallerError, match="open memory file"):
            Lease.adopt(wrong, 10)


def test_without_seals_the_payload_is_copied_so_that_a_truncated_file_cannot_hurt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lease_module, "HAVE_MEMFD", False)
    lender = Lease.offer(b"y" * 50_000)
    fd = os.dup(lender.fd)
    borrower = Lease.adopt(fd, 50_000, sealed=False)
    assert not is_open(fd)
    os.truncate(lender.fd, 0)
    assert borrower.bytes() == b"y" * 50_000
    again = os.dup(lender.fd)
    with pytest.raises(CallerError, match="announced"):
        Lease.adopt(again, 50_000, sealed=False)
    lender.release()
    borrower.release()


def test_a_payload_above_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_module, "MAX_LEASE_BYTES", 1000)
    with pytest.raises(CallerError, match="0 to 1000 bytes, got 1001"):
        Lease.offer(b"x" * 1001)


def test_a_table_bounds_number_and_bytes_and_counts_down() -> None:
    table = LeaseTable("web", most=2, most_bytes=100)
    first = table.hold(Lease.offer(b"x" * 60))
    with pytest.raises(BudgetExceeded, match="'web' holds 1 leases"):
        table.hold(Lease.offer(b"x" * 41))
    second = table.hold(Lease.offer(b"x" * 10))
    third = Lease.offer(b"")
    with pytest.raises(BudgetExceeded):
        table.hold(third)
    assert third.released
    first.release()
    assert (len(table), table.held_bytes) == (1, 10)
    table.hold(Lease.offer(b"x" * 90))
    assert table.revoke_all("the connection ended") == 2
    assert (len(table), table.held_bytes) == (0, 0)
    with pytest.raises(CallerError, match="connection ended"):
        second.view()


@memfd
def test_descriptors_do_not_leak() -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        lender = Lease.offer(bytearray(b"z" * 20_000))
        borrower = Lease.adopt(os.dup(lender.fd), lender.size)
        borrower.view()
        borrower.release()
        lender.release()
        Lease.offer(b"dropped without release").fd  # noqa: B018 - making the descriptor is the point
    assert len(os.listdir("/proc/self/fd")) == before
