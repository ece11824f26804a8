"""Estimates beside the truth: synthetic GGUF models loaded by llama.cpp in a fresh child, one at a time.

``python -m bluerill.bench.estimates [--json] [--only TEXT]``. For each model and set of options: the KV cache and the
compute buffer that llama.cpp reports, and the anonymous and file-backed memory of the child after its context is full,
each beside what ``bluerill models estimate`` says from the header alone. Then the same once more inside a control group
with exactly the estimate as its limit, the file first dropped from the page cache: does it live, what was it charged?
Needs llama-cpp-python and gguf; without control groups the second part is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from ..kernel.host.cage import ENVIRONMENT
from ..kernel.host.cgroup import Leaf, Tree, TreeV1, TreeV2, Unusable
from ..kernel.host.mounts import find
from ..models.estimate import Estimate, estimate_file
from ..models.formats.ggml import KV_TYPES, TYPES
from ..models.messages import LoadOptions
from .synthetic_gguf import Plan, write_gguf

MIB = 1 << 20
SMALL = Plan()
WIDE = Plan(width=1024, head=64, heads=16, kv_heads=4, feed_forward=3072)
LARGE = Plan(
    width=1024, head=128, heads=16, kv_heads=8, feed_forward=3072, layers=8, vocabulary=32_000, quantised="Q8_0"
)


class Case(NamedTuple):
    """One model with one set of options."""

    name: str
    plan: Plan
    options: LoadOptions = LoadOptions()

    def set(self, **changes: Any) -> Case:
        import msgspec

        return self._replace(options=msgspec.structs.replace(self.options, **changes))


def cases() -> list[Case]:
    gemma = SMALL._replace(architecture="gemma3", layers=6, window=512)
    mamba = SMALL._replace(architecture="mamba")
    lfm = SMALL._replace(architecture="lfm2", layers=6, kernel=3)
    pairs = SMALL._replace(vocabulary=150_000, merges=200_000)
    return [
        Case("llama, grouped queries", SMALL),
        Case("the same, 8192 tokens", SMALL).set(ctx=8192),
        Case("the same, KV in q8_0", SMALL).set(kv_type="q8_0"),
        Case("the same, KV in q4_0", SMALL).set(kv_type="q4_0"),
        Case("the same, 4 sequences", SMALL).set(seqs=4, ctx=1024),
        Case("the same, one cache for 4", SMALL).set(seqs=4, ctx=1024, settings={"unified": "on"}),
        Case("the same, ubatch 128", SMALL).set(ubatch=128),
        Case("the same, all logits", SMALL).set(settings={"outputs": "512"}),
        Case("the same, no flash attention", SMALL).set(settings={"flash": "off"}),
        Case("wide feed-forward", SMALL._replace(feed_forward=3072)),
        Case("qwen3, wide heads", SMALL._replace(architecture="qwen3", head=128)),
        Case("gemma3, sliding window", gemma).set(settings={"swa_full": "off"}),
        Case("the same, whole window cache", gemma),
        Case("the same, 4 sequences", gemma).set(seqs=4, ctx=2048, settings={"swa_full": "off"}),
        Case("gemma3, 262,144 tokens", gemma._replace(vocabulary=262_144, quantised="Q8_0")),
        Case("mamba", mamba),
        Case("mamba, 4 sequences", mamba._replace(width=512, inner=1024, state=64)).set(seqs=4, ctx=1024),
        Case("lfm2, short convolutions", lfm),
        Case("byte pairs, 150,000 tokens", pairs).set(ctx=1024),
        Case("F16, 100 MiB", WIDE),
        Case("Q8_0, 53 MiB", WIDE._replace(quantised="Q8_0")),
        Case("the same, no mmap", WIDE._replace(quantised="Q8_0")).set(mmap=False),
        Case("Q4_0, repacked", WIDE._replace(quantised="Q4_0")).set(settings={"repack": "on"}),
        Case("the same, not repacked", WIDE._replace(quantised="Q4_0")),
        Case("Q8_0, 165 MiB, 4096 tokens", LARGE).set(ctx=4096),
    ]  # fmt: skip


def measure(path: Path, options: LoadOptions, leaf: Leaf | None = None) -> dict[str, Any]:
    """Load the model in a child, in a cage if there is one; what it said, or its exit status."""
    numbers = {kind.name: number for number, kind in TYPES.items()}
    settings = options.settings
    given = {
        "ctx": options.ctx, "seqs": options.seqs, "batch": options.batch, "ubatch": options.ubatch,
        "mmap": options.mmap,
        "kv": numbers[KV_TYPES[options.kv_type].name], "outputs": int(settings.get("outputs", "0")),
        "repack": settings.get("repack") == "on", "flash": settings.get("flash") != "off",
        "unified": settings.get("unified") == "on", "swa_full": settings.get("swa_full") != "off",
    }  # fmt: skip
    command = [sys.executable, "-m", "bluerill.bench.estimates_child", str(path), json.dumps(given)]
    environment = dict(os.environ)
    if leaf is not None:
        command = [sys.executable, "-m", "bluerill.kernel.host.cage", *command]
        environment[ENVIRONMENT] = f"cgroup={leaf.door}"
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if leaf is not None and done.returncode:
        return {"status": done.returncode}
    if done.returncode:
        raise SystemExit(f"{path.name}: {done.stdout[-500:]}{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(case: Case, folder: Path) -> dict[str, Any]:
    path = folder / f"{abs(hash(case.plan))}.gguf"
    if not path.exists():
        write_gguf(path, case.plan)
    guess: Estimate = estimate_file(path, case.options)
    truth = measure(path, case.options)
    buffers, filled = truth["buffers"], truth["steps"]["filled"]
    activations = next(part.bytes for part in guess.parts if part.name == "activations")
    return {
        "name": case.name,
        "kv": [guess.kv, round(buffers.get("KV", 0) + buffers.get("RS", 0))],
        "compute": [activations, round(buffers.get("compute", 0))],
        "anon": [guess.anon, filled["anon"]],
        "file": [guess.file, filled["file"]],
        "import": truth["steps"]["import"],
    }


def caged(case: Case, folder: Path, tree: Tree) -> dict[str, Any]:
    """The case inside a cap of its own estimate: whether it lived, and the most it was charged."""
    path = folder / f"{abs(hash(case.plan))}.gguf"
    total = estimate_file(path, case.options).total
    with path.open("rb") as file:  # pages that another process read are not charged to this one
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    leaf = tree.leaf("estimate", total)
    try:
        said = measure(path, case.options, leaf)
        memory = leaf.memory()
    finally:
        leaf.kill()
        tree.bury(leaf)
    return {"lived": "steps" in said, "cap": total, "peak": memory.peak, "oom_kills": memory.oom_kills}


def open_tree() -> Tree | None:
    """Where control groups can be made, or None."""
    v2, v1 = find()
    for tree in (TreeV2(v2), TreeV1(v1)):
        try:
            tree.open()
            return tree
        except Unusable:
            continue
    return None


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.estimates", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--only", default="", metavar="TEXT", help="only cases with this in their name")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        tree = open_tree()
        for case in [each for each in cases() if args.only in each.name]:
            rows.append(compare(case, Path(folder)))
            if tree is not None:
                rows[-1]["caged"] = caged(case, Path(folder), tree)
            if not args.json:
                _show(rows)
        if tree is not None:
            tree.close()
    if args.json:
        print(json.dumps(rows))
        return 0
    for what in ("kv", "compute", "anon", "file"):
        ratios = sorted(row[what][0] / row[what][1] for row in rows if row[what][1])
        print(
            f"{what}: estimate / truth from {ratios[0]:.3f} to {ratios[-1]:.3f}, "
            f"median {ratios[len(ratios) // 2]:.3f}; too low {sum(ratio < 0.999 for ratio in ratios)} of {len(ratios)}"
        )
    cages = [row["caged"] for row in rows if "caged" in row]
    if cages:
        most = max(cage["peak"] / cage["cap"] for cage in cages)
        lived = sum(cage["lived"] for cage in cages)
        print(f"inside a cap of the estimate: {lived} of {len(cages)} lived, at most {most:.3f} of the cap was charged")
    return 0


def _show(rows: list[dict[str, Any]]) -> None:
    row = rows[-1]
    if len(rows) == 1:
        print("MiB, estimate / measured          KV              compute         anonymous       file-backed  caged")
    columns = "".join(f"{row[key][0] / MIB:8.2f}/{row[key][1] / MIB:7.2f}" for key in ("kv", "compute", "anon", "file"))
    cage = row.get("caged")
    end = f"  {'lived' if cage['lived'] else 'KILLED'} {cage['peak'] / cage['cap']:.2f}" if cage else ""
    print(f"{row['name']:30s}{columns}{end}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
