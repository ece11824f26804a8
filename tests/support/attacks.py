"""What hostile code in a child tries: each attack says ``worked`` or how it was refused (tests/faults/test_box.py)."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from bluerill.kernel.message import Body, message
from bluerill.kernel.service import Call, Service, handles

SYSTEM_CALLS = {"io-uring": (425, 4, 0), "keyctl": (250, 0, -3), "unshare": (272, 0x00020000), "bpf": (321, 99, 0, 0)}
"""Numbers of x86_64 with arguments that are harmless where the call is allowed."""


@message("test.attack")
class Attack(Body, frozen=True):
    """``target`` is a path, a pid, a port or an address in memory, as the attack needs it."""

    how: str
    target: str = ""


@message("test.attacked")
class Attacked(Body, frozen=True):
    outcome: str


class Attacker(Service):
    """A skill host that has gone over to the enemy."""

    @handles(Attack)
    def attack(self, request: Attack, call: Call) -> Attacked:
        try:
            ATTACKS[request.how](request.target)
        except OSError as error:
            return Attacked(f"refused: {type(error).__name__} {error.errno}")
        return Attacked("worked")


def _checked(result: int) -> None:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def read(path: str) -> None:
    Path(path).read_bytes()


def read_parent(_: str) -> None:
    read(f"/proc/{os.getppid()}/environ")


def write(path: str) -> None:
    Path(path).write_text("mine")


def change_mode(path: str) -> None:
    os.chmod(path, 0o777)


def link_out(path: str) -> None:
    """A link in a folder it may write, swapped in for a file of its own at the last moment."""
    folder = Path(path).parent / "scratch"
    (folder / "plain").unlink(missing_ok=True)
    (folder / "plain").write_text("nothing")
    (folder / "link").symlink_to(path)
    os.replace(folder / "link", folder / "plain")
    assert (folder / "plain").read_text() == "secret"


def fill_disk(folder: str) -> None:
    with open(Path(folder) / "large", "wb") as file:
        file.truncate(65 << 20)  # sparse: it is the limit that is tried, not the disk


def fork_bomb(_: str) -> None:
    children = []
    for _round in range(8):
        child = os.fork()
        if not child:
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def execute(_: str) -> None:
    subprocess.run(["/bin/true"], check=True)


def trace(pid: str) -> None:
    _checked(_libc().ptrace(0x4206, int(pid), None, None))  # PTRACE_SEIZE


def peek(target: str) -> None:
    """Read another process's memory (``pid:address``)."""
    pid, _, address = target.partition(":")

    class Vector(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

    held = ctypes.create_string_buffer(8)
    here, there = Vector(ctypes.addressof(held), 8), Vector(int(address), 8)
    _checked(_libc().process_vm_readv(int(pid), ctypes.byref(here), 1, ctypes.byref(there), 1, 0))


def send_signal(pid: str) -> None:
    os.kill(int(pid), signal.SIGKILL)


def signal_by_pipe(pid: str) -> None:
    """Have the kernel send the signal: a pipe whose owner is somebody else (fcntl(2), F_SETOWN and F_SETSIG)."""
    reader, writer = os.pipe()
    fcntl.fcntl(reader, fcntl.F_SETOWN, int(pid))
    fcntl.fcntl(reader, 10, signal.SIGKILL)
    fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC)
    os.write(writer, b"x")


def call_out(port: str) -> None:
    with socket.create_connection(("127.0.0.1", int(port)), timeout=5):
        pass


def resolve_out(port: str) -> None:
    """What a lookup of SECRET.evil.example does: one datagram."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as leak:
        leak.sendto(b"secret.evil.example", ("127.0.0.1", int(port)))


def call_local(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(path)


def post_local(path: str) -> None:
    """A pair of datagram sockets can post to any other local one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        ours.sendto(b"hello", path)


def raw_call(name: str) -> None:
    number, *arguments = SYSTEM_CALLS[name]
    try:
        _checked(int(_libc().syscall(number, *map(ctypes.c_long, arguments))))
    except OSError as error:
        if error.errno == 1:
            raise


def start_thread(_: str) -> None:
    done: list[int] = []
    thread = threading.Thread(target=done.append, args=(1,))
    thread.start()
    thread.join(5)
    assert done == [1]


def eat(_: str) -> None:
    held = [bytearray(b"x" * (1 << 20)) for _ in range(512)]
    del held


ATTACKS: dict[str, Callable[[str], None]] = {
    "read": read, "read-parent": read_parent, "write": write, "change-mode": change_mode, "link-out": link_out,
    "fill-disk": fill_disk, "fork-bomb": fork_bomb, "execute": execute, "trace": trace, "peek": peek,
    "send-signal": send_signal, "signal-by-pipe": signal_by_pipe, "call-out": call_out, "resolve-out": resolve_out,
    "call-local": call_local, "post-local": post_local, "raw-call": raw_call, "start-thread": start_thread, "eat": eat,
}  # fmt: skip
