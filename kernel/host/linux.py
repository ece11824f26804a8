"""Linux: children in memory cgroups, waited for through pidfds, with memory pressure from PSI.

The strongest mechanism that works is used, and named: cgroup version 2, else version 1, else RLIMIT_DATA alone. It is
looked for when the first child is started or somebody asks, not before: a device that starts no child pays nothing.
Behind a cgroup, RLIMIT_DATA stands as a second, soft wall at twice the budget, so that one absurd allocation is a
clean MemoryError in the child instead of its death.

A child killed by SIGKILL whose group has counted an OOM kill exceeded its cap; any other SIGKILL was somebody's hand.
The core never moves a child into its group (that write may wait on a kernel lock), the child does it itself; whether
it did is read back, so that ``cap.enforced`` is an observation and not a hope.
"""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ServiceFault
from ..limits import MIB
from ..supervisor import ExitKind, ExitReason
from .base import Cap, ChildSpec, Mechanism, Memory, Pressure
from .cgroup import Leaf, Tree, TreeV1, TreeV2, Unusable
from .mounts import find
from .posix import NO_MEMORY, PosixChild, PosixHost, launch, soft_wall

if TYPE_CHECKING:
    import socket


class LinuxChild(PosixChild):
    """A child process in its own cgroup (or under rlimits alone, if ``leaf`` is None)."""

    def __init__(
        self, name: str, pid: int, cap: Cap, life: int, pidfd: int, tree: Tree | None, leaf: Leaf | None
    ) -> None:
        super().__init__(name, pid, cap, life)
        self._pidfd = pidfd
        self._tree = tree
        self._leaf = leaf
        self._last = NO_MEMORY

    @property
    def cap(self) -> Cap:
        if (
            not self._cap.enforced
            and self._leaf is not None
            and (self._pid in self._leaf.pids() or self.memory().peak > 0)
        ):
            self._cap = self._cap._replace(enforced=True)  # it is inside, or something of it was
        return self._cap

    @property
    def group(self) -> Path | None:
        """The directory of its control group; None under rlimits alone, and once it is closed."""
        return None if self._leaf is None else self._leaf.path

    def memory(self) -> Memory:
        if self._leaf is not None:
            self._last = self._leaf.memory()
        return self._last

    def resize(self, budget_bytes: int) -> str:
        if self._leaf is not None:
            try:
                self._leaf.resize(budget_bytes)
            except OSError as error:
                raise ServiceFault(f"the cap of {self.name!r} cannot become {budget_bytes} bytes: {error}") from error
        note = self._move_wall(budget_bytes)
        self._cap = self._cap._replace(bytes=budget_bytes)
        return note

    def _move_wall(self, budget_bytes: int) -> str:
        """Move RLIMIT_DATA too. It bounds what is allocated from now on and takes nothing back."""
        alone = self._leaf is None
        try:
            soft, hard = resource.prlimit(self._pid, resource.RLIMIT_DATA)
            if not alone and (soft == resource.RLIM_INFINITY or budget_bytes <= soft):
                return ""  # the cgroup is the cap; the wall behind it need not be nearer
            wanted = budget_bytes if alone else 2 * budget_bytes
            if hard != resource.RLIM_INFINITY and hard < wanted:
                hard = wanted  # which takes a privilege
            resource.prlimit(self._pid, resource.RLIMIT_DATA, (wanted, hard))
        except (OSError, ValueError) as error:
            if alone:
                raise ServiceFault(
                    f"RLIMIT_DATA of {self.name!r} cannot become {budget_bytes} bytes: {error}"
                ) from None
            return f"the soft wall (RLIMIT_DATA) stays where it was: {error}"
        return "RLIMIT_DATA bounds only what it allocates from now on; what it holds stays" if alone else ""

    def fileno(self) -> int:
        return self._pidfd

    def kill(self) -> None:
        super().kill()
        if self._leaf is not None:
            self._leaf.kill()

    def close(self) -> None:
        super().close()
        if self._leaf is not None and self._tree is not None:
            self._cap = self.cap  # last look
            self.memory()
            self._leaf.kill()
            self._tree.bury(self._leaf)
            self._leaf = None
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1

    def _reason(self, code: int) -> ExitReason:
        reason = super()._reason(code)
        used = self.memory()
        if reason.kind is ExitKind.SIGNAL and reason.number == 9 and used.oom_kills > 0:
            detail = f"{self._cap.bytes / MIB:.4g} MiB, peak {used.peak / MIB:.4g} MiB, {self._cap.mechanism}"
            return ExitReason(ExitKind.MEMORY, 9, detail)
        return reason


class LinuxHost(PosixHost):
    """The host of a Linux machine. ``proc`` and ``trees`` are where tests put an imitation."""

    name = "linux"
    forks = hasattr(os, "pidfd_open")

    def __init__(self, proc: Path = Path("/proc"), trees: list[Tree] | None = None) -> None:
        self._proc = proc
        self._trees = trees
        self._chosen: Tree | None = None
        self._refused: list[Mechanism] | None = None
        self._boot_id = ""

    @property
    def tree(self) -> Tree | None:
        """The cgroup tree in use; None if only rlimits work."""
        self._choose()
        return self._chosen

    @property
    def mechanism(self) -> str:
        refused = self._choose()
        because = "; ".join(f"not {m.name}: {m.why}" for m in refused)
        tree = self._chosen
        used = f"{tree.name}: {tree.controls}" if tree else "rlimit: RLIMIT_DATA, a soft wall"
        return f"{used} ({because})" if because else used

    @property
    def boot_id(self) -> str:
        if not self._boot_id:
            try:
                self._boot_id = (self._proc / "sys/kernel/random/boot_id").read_text().strip()
            except OSError:
                self._boot_id = super().boot_id
        return self._boot_id

    def boottime(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def pressure(self) -> Pressure:
        base = self._chosen.base if self._chosen else None
        for path in (*((base / "memory.pressure",) if base else ()), self._proc / "pressure/memory"):
            found = _parse_pressure(path)
            if found is not None:
                return found
        return Pressure(0.0, 0.0, "")

    def mechanisms(self) -> list[Mechanism]:
        found: list[Mechanism] = []
        for tree in self._all_trees():
            was_open = tree.base is not None
            try:
                where = tree.open()
                found.append(Mechanism(tree.name, True, f"{tree.controls}, in {where}"))
            except Unusable as unusable:
                found.append(Mechanism(tree.name, False, unusable.why, unusable.mend))
            if not was_open:
                tree.close()
        soft = "RLIMIT_DATA: allocations beyond it fail with MemoryError; a second wall behind a cgroup"
        return [*found, Mechanism("rlimit", True, soft)]

    def spawn(self, spec: ChildSpec, zygote: socket.socket | None = None) -> LinuxChild:
        tree = self.tree if spec.budget_bytes else None
        leaf = None
        if tree is not None:
            try:
                leaf = tree.leaf(spec.name, spec.budget_bytes)
            except (OSError, Unusable) as error:
                raise ServiceFault(f"no cage for child {spec.name!r}: {error}") from error
        wall = soft_wall(spec, alone=leaf is None)
        try:
            if zygote is not None:
                from .forked import fork  # a device without a zygote does without

                return fork(zygote, spec, tree, leaf, wall)
            pid, life = launch(spec, [leaf.door] if leaf else [], wall)
        except BaseException:
            if leaf is not None and tree is not None:
                tree.bury(leaf)
            raise
        try:
            pidfd = os.pidfd_open(pid)
        except OSError:
            pidfd = -1  # before Linux 5.3, or in a sandbox that forbids it: the loop must look now and then
        cap = Cap(tree.name if tree else "rlimit", spec.budget_bytes, leaf is None and spec.budget_bytes > 0)
        return LinuxChild(spec.name, pid, cap, life, pidfd, tree, leaf)

    def close(self) -> None:
        for tree in self._trees or ():
            tree.close()

    def _all_trees(self) -> list[Tree]:
        if self._trees is None:
            v2, v1 = find(self._proc)
            self._trees = [TreeV2(v2), TreeV1(v1)]
        return self._trees

    def _choose(self) -> list[Mechanism]:
        """Find the strongest tree that works; returns those that do not."""
        if self._refused is None:
            self._refused = []
            for tree in self._all_trees():
                try:
                    tree.open()
                    self._chosen = tree
                    break
                except Unusable as unusable:
                    self._refused.append(Mechanism(tree.name, False, unusable.why, unusable.mend))
        return self._refused


def _parse_pressure(path: Path) -> Pressure | None:
    """Read a PSI file (kernel documentation "PSI"): ``some avg10=0.00 avg60=…``."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return None
    found: dict[str, float] = {}
    for line in lines:
        kind, _, rest = line.partition(" avg10=")
        try:
            found[kind] = float(rest.split(" ", 1)[0])
        except ValueError:
            return None
    return Pressure(found.get("some", 0.0), found.get("full", 0.0), str(path)) if found else None
