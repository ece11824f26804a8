"""Finding and making control groups, on an imitation of cgroupfs and (where permitted) the real one."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from bluerill.kernel.host.cgroup import PREFIX, Files, TreeV1, TreeV2, Unusable, start_time
from bluerill.kernel.host.linux import LinuxHost
from bluerill.kernel.host.mounts import find
from bluerill.kernel.limits import MIB

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="control groups are Linux's")


class FakeFiles(Files):
    """Directories that fill themselves with the controls a kernel would show."""

    def __init__(self, version: int, controls: dict[str, str], deny: str = "") -> None:
        self.version = version
        self.controls = controls
        self.deny = deny
        self.writes: list[tuple[str, str]] = []

    def populate(self, path: Path) -> None:
        for control, text in self.controls.items():
            (path / control).write_text(text)

    def mkdir(self, path: Path) -> None:
        super().mkdir(path)
        shown = dict(self.controls)
        enabled = path.parent / "cgroup.subtree_control"
        if self.version == 2 and "memory" not in enabled.read_text():
            shown = {name: text for name, text in shown.items() if not name.startswith("memory.")}
        for control, text in shown.items():
            (path / control).write_text(text)

    def rmdir(self, path: Path) -> None:
        if (path / "cgroup.procs").exists() and (path / "cgroup.procs").read_text().strip():
            raise OSError(errno.EBUSY, "busy", str(path))
        if any(inner.is_dir() for inner in path.iterdir()):
            raise OSError(errno.EBUSY, "busy", str(path))
        for file in path.iterdir():
            file.unlink()
        super().rmdir(path)

    def write(self, path: Path, text: str) -> None:
        if self.deny and self.deny in str(path):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        if not path.exists():
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(path))
        self.writes.append((path.name, text))
        if path.name == "cgroup.subtree_control":
            path.write_text(f"{path.read_text()} {text.lstrip('+')}")
        elif path.name == "cgroup.procs":
            mover = str(os.getpid()) if text == "0" else text
            for other in path.parent.parent.glob("cgroup.procs"):
                other.write_text("\n".join(pid for pid in other.read_text().split() if pid != mover))
            path.write_text(mover)
        else:
            path.write_text(text)


V1_CONTROLS = {
    "cgroup.procs": "",
    "memory.limit_in_bytes": "9223372036854771712",
    "memory.memsw.limit_in_bytes": "9223372036854771712",
    "memory.swappiness": "60",
    "memory.usage_in_bytes": "5000",
    "memory.max_usage_in_bytes": "7000",
    "memory.stat": "cache 1000\nrss 4000\n",
    "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
}
V2_CONTROLS = {
    "cgroup.type": "domain",
    "cgroup.procs": "",
    "cgroup.controllers": "memory pids",
    "cgroup.subtree_control": "",
    "cgroup.kill": "",
    "memory.max": "max",
    "memory.swap.max": "max",
    "memory.oom.group": "0",
    "memory.current": "5000",
    "memory.peak": "7000",
    "memory.stat": "anon 4000\nfile 1000\n",
    "memory.events": "oom_kill 9\n",
    "memory.events.local": "low 0\noom 1\noom_kill 1\n",
    "memory.pressure": "some avg10=1.50 avg60=0.00 total=1\nfull avg10=0.25 avg60=0.00 total=1\n",
}


def fake(root: Path, version: int, deny: str = "") -> tuple[Path, FakeFiles]:
    """An imitation with the groups /a/b, where our process is in b."""
    files = FakeFiles(version, V1_CONTROLS if version == 1 else V2_CONTROLS, deny)
    own = root / "a" / "b"
    own.mkdir(parents=True)
    for path in (root / "a", own):
        files.populate(path)
    (own / "cgroup.procs").write_text(str(os.getpid()))
    return own, files


def test_version_1_makes_a_leaf_below_our_group(tmp_path: Path) -> None:
    own, files = fake(tmp_path, 1)
    tree = TreeV1(own, files)
    leaf = tree.leaf("a/b c", 32 * MIB)
    assert leaf.path.parent.parent == own
    assert leaf.path.name == "a_b_c.1"
    assert (leaf.path / "memory.limit_in_bytes").read_text() == str(32 * MIB)
    assert (leaf.path / "memory.memsw.limit_in_bytes").read_text() == str(32 * MIB)
    assert (leaf.path / "memory.swappiness").read_text() == "0"
    assert leaf.memory() == (5000, 4000, 1000, 7000, 2)
    tree.bury(leaf)
    tree.close()
    assert [path.name for path in own.iterdir() if path.is_dir()] == []


def test_version_1_writes_limits_in_the_order_their_direction_needs(tmp_path: Path) -> None:
    own, files = fake(tmp_path, 1)
    leaf = TreeV1(own, files).leaf("asr", 32 * MIB)
    files.writes.clear()
    leaf.resize(16 * MIB)
    leaf.resize(64 * MIB)
    assert [name for name, _ in files.writes if "limit" in name] == [
        "memory.limit_in_bytes",
        "memory.memsw.limit_in_bytes",
        "memory.memsw.limit_in_bytes",
        "memory.limit_in_bytes",
    ]


def test_version_1_works_without_swap_accounting(tmp_path: Path) -> None:
    own, files = fake(tmp_path, 1)
    files.controls = {name: text for name, text in V1_CONTROLS.items() if "memsw" not in name}
    assert TreeV1(own, files).leaf("asr", MIB).limit == MIB


def test_version_1_that_may_not_be_written_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    own, files = fake(tmp_path, 1, deny="limit_in_bytes")
    with pytest.raises(Unusable, match="Permission denied") as unusable:
        TreeV1(own, files).open()
    assert "chown" in unusable.value.mend
    assert [path.name for path in own.iterdir() if path.is_dir()] == []


def test_version_2_uses_our_group_by_moving_ourselves_out_of_its_way(tmp_path: Path) -> None:
    own, files = fake(tmp_path, 2)
    tree = TreeV2(own, files)
    leaf = tree.leaf("asr", 32 * MIB)
    assert leaf.path.parent.parent == own
    assert (own / f"{PREFIX}-core" / "cgroup.procs").read_text() == str(os.getpid())
    controls = {name: (leaf.path / name).read_text() for name in ("memory.max", "memory.swap.max", "memory.oom.group")}
    assert controls == {"memory.max": str(32 * MIB), "memory.swap.max": "0", "memory.oom.group": "1"}
    assert leaf.memory() == (5000, 4000, 1000, 7000, 1)
    leaf.kill()
    assert ("cgroup.kill", "1") in files.writes


def test_version_2_does_not_move_others_but_goes_beside_where_that_is_delegated(tmp_path: Path) -> None:
    own, files = fake(tmp_path, 2)
    (own / "cgroup.procs").write_text(f"{os.getpid()}\n1\n")
    (own.parent / "cgroup.subtree_control").write_text("memory")
    tree = TreeV2(own, files)
    assert tree.open().parent == own.parent
    assert not (own / f"{PREFIX}-core").exists()


@pytest.mark.parametrize(
    ("control", "text", "why"),
    [
        ("memory.max", "1000000", "limit, children may not leave it"),
        ("memory.max", "max", "not enabled here"),
    ],
)
def test_version_2_without_a_place_says_why(tmp_path: Path, control: str, text: str, why: str) -> None:
    own, files = fake(tmp_path, 2)
    (own / "cgroup.procs").write_text(f"{os.getpid()}\n1\n")
    (own / control).write_text(text)
    with pytest.raises(Unusable, match="other processes are in this group") as unusable:
        TreeV2(own, files).open()
    assert why in unusable.value.why
    assert unusable.value.mend.startswith("systemd-run --user")


def test_version_2_without_the_memory_controller(tmp_path: Path) -> None:
    own, files = fake(tmp_path, 2)
    (own / "cgroup.controllers").write_text("cpu pids")
    with pytest.raises(Unusable, match="not delegated"):
        TreeV2(own, files).open()
    (own / "cgroup.type").unlink()  # the root of the hierarchy has none
    with pytest.raises(Unusable, match="bound to version 1"):
        TreeV2(own, files).open()
    for tree in (TreeV1(None), TreeV2(None)):
        with pytest.raises(Unusable, match="mounted"):
            tree.open()


def test_groups_of_dead_cores_are_swept_and_of_living_ones_not(tmp_path: Path) -> None:
    own, files = fake(tmp_path, 1)
    dead = own / f"{PREFIX}.999999999.123"
    recycled = own / f"{PREFIX}.{os.getpid()}.1"
    alive = own / f"{PREFIX}.1.{start_time(1)}"
    for path in (dead, recycled, alive):
        files.mkdir(path)
        files.mkdir(path / "asr.1")
    TreeV1(own, files).open()
    assert not dead.exists()
    assert not recycled.exists()
    assert alive.exists()


def test_a_leaf_whose_process_is_still_dying_is_removed_later(tmp_path: Path) -> None:
    own, files = fake(tmp_path, 1)
    tree = TreeV1(own, files)
    leaf = tree.leaf("asr", MIB)
    (leaf.path / "cgroup.procs").write_text("999999999")
    tree.bury(leaf)
    assert leaf.path.exists()
    (leaf.path / "cgroup.procs").write_text("")
    tree.leaf("next", MIB)
    assert not leaf.path.exists()


def test_what_a_device_left_dying_is_removed_by_the_next_of_the_same_process(tmp_path: Path) -> None:
    own, files = fake(tmp_path, 1)
    before, beside = TreeV1(own, files), TreeV1(own, files)
    dying, used = before.leaf("asr", MIB), beside.leaf("skills", MIB)
    (dying.path / "cgroup.procs").write_text("999999999")
    before.bury(dying)
    before.close()
    assert dying.path.exists()
    (dying.path / "cgroup.procs").write_text("")
    TreeV1(own, files).open()
    assert not dying.path.exists()
    assert used.path.exists()


def fake_proc(tmp_path: Path, cgroup: str, mountinfo: str) -> Path:
    proc = tmp_path / "proc"
    (proc / "self").mkdir(parents=True)
    (proc / "self/cgroup").write_text(cgroup)
    (proc / "self/mountinfo").write_text(mountinfo)
    return proc


def test_find_reads_both_hierarchies(tmp_path: Path) -> None:
    for path in ("v2/user/app", "mem/job", "with space"):
        (tmp_path / path).mkdir(parents=True)
    proc = fake_proc(
        tmp_path,
        "4:cpu,memory:/job\n0::/user/app\n",
        f"30 1 0:1 / {tmp_path}/v2 rw - cgroup2 cgroup rw\n"
        f"31 1 0:2 / {tmp_path}/mem rw shared:1 - cgroup cgroup rw,cpu,memory\ngarbage\n",
    )
    assert find(proc) == (tmp_path / "v2/user/app", tmp_path / "mem/job")


def test_find_in_a_container_where_only_our_part_is_mounted(tmp_path: Path) -> None:
    (tmp_path / "mem here").mkdir()
    escaped = str(tmp_path / "mem here").replace(" ", "\\040")
    proc = fake_proc(
        tmp_path, "4:memory:/docker/abc\n", f"31 1 0:2 /docker/abc {escaped} rw - cgroup cgroup rw,memory\n"
    )
    assert find(proc) == (None, tmp_path / "mem here")


def test_find_without_proc(tmp_path: Path) -> None:
    assert find(tmp_path) == (None, None)
    assert find(fake_proc(tmp_path, "nonsense\n", "")) == (None, None)


def test_the_host_takes_the_strongest_that_works_and_says_why_not_the_others(tmp_path: Path) -> None:
    own1, files1 = fake(tmp_path / "1", 1)
    own2, files2 = fake(tmp_path / "2", 2)
    (own2 / "cgroup.controllers").write_text("")
    host = LinuxHost(trees=[TreeV2(own2, files2), TreeV1(own1, files1)])
    assert host.mechanism.startswith("cgroup-v1: memory.limit_in_bytes")
    assert "not cgroup-v2:" in host.mechanism
    assert [(m.name, m.works) for m in host.mechanisms()] == [
        ("cgroup-v2", False),
        ("cgroup-v1", True),
        ("rlimit", True),
    ]
    bare = LinuxHost(trees=[TreeV2(None), TreeV1(None)])
    assert bare.mechanism.startswith("rlimit: RLIMIT_DATA, a soft wall (not cgroup-v2:")


def test_pressure_comes_from_the_group_or_the_machine(tmp_path: Path) -> None:
    own, files = fake(tmp_path / "2", 2)
    proc = tmp_path / "proc"
    (proc / "pressure").mkdir(parents=True)
    host = LinuxHost(proc, trees=[TreeV2(own, files)])
    assert host.pressure() == (0.0, 0.0, "")
    (proc / "pressure/memory").write_text("some avg10=3.00 avg60=0.00 avg300=0.00 total=0\n")
    assert host.pressure()[:2] == (3.0, 0.0)
    assert host.tree is not None
    assert host.pressure()[:2] == (1.5, 0.25)
    (proc / "pressure/memory").write_text("some avg10=much\n")
    assert LinuxHost(proc, trees=[]).pressure().source == ""


def test_a_version_2_cap_is_never_set_below_what_it_would_kill_for(tmp_path: Path) -> None:
    """Version 1 answers EBUSY by itself; version 2 would invoke the OOM killer."""
    tree = TreeV2(tmp_path, Files())
    (tmp_path / "memory.stat").write_text(f"anon {20 * MIB}\nfile {90 * MIB}\n")
    tree.fits(tmp_path, 20 * MIB)
    with pytest.raises(OSError, match="it holds 20971520 bytes of anonymous memory"):
        tree.fits(tmp_path, 20 * MIB - 1)
