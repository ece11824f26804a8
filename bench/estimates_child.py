"""What ``bench.estimates`` measures: a child that loads one GGUF model and fills its context.

Usage: ``estimates_child FILE OPTIONS`` with the options as JSON. Prints one JSON document: the memory of this process
after each step (anonymous and file-backed bytes), and the buffers llama.cpp says it made.
"""

from __future__ import annotations

import ctypes
import json
import re
import sys
from pathlib import Path
from typing import Any

from ..kernel.lean import import_asyncio

import_asyncio()

from ..kernel import child, service_port  # noqa: E402, F401  a model server is a service in a child

_BUFFER = re.compile(r"(KV|RS|compute|output|model) buffer size\s*=\s*([\d.]+) MiB")


def memory() -> dict[str, int]:
    """Anonymous and file-backed resident bytes of this process."""
    text = Path("/proc/self/status").read_text("ascii")
    found = dict(re.findall(r"^(RssAnon|RssFile):\s+(\d+) kB", text, re.MULTILINE))
    return {"anon": int(found["RssAnon"]) * 1024, "file": int(found["RssFile"]) * 1024}


def main(path: str, options: dict[str, Any]) -> dict[str, Any]:
    from llama_cpp import llama_cpp as lib

    steps = {"import": memory()}
    lines: list[str] = []

    @lib.llama_log_callback  # type: ignore[untyped-decorator]
    def log(level: int, text: bytes, _: Any) -> None:
        lines.append(text.decode("utf-8", "replace"))

    lib.llama_log_set(log, ctypes.c_void_p(0))
    lib.llama_backend_init()
    given = lib.llama_model_default_params()
    given.n_gpu_layers = 0
    given.use_extra_bufts = options["repack"]
    given.load_mode = lib.LLAMA_LOAD_MODE_MMAP if options["mmap"] else lib.LLAMA_LOAD_MODE_NONE
    model = lib.llama_model_load_from_file(path.encode(), given)
    if not model:
        raise SystemExit("".join(lines)[-2000:])
    steps["loaded"] = memory()
    wanted = lib.llama_context_default_params()
    wanted.n_ctx = options["ctx"] * options["seqs"]
    wanted.n_batch, wanted.n_ubatch, wanted.n_seq_max = options["batch"], options["ubatch"], options["seqs"]
    wanted.n_outputs_max = max(options["outputs"], options["seqs"])
    wanted.type_k = wanted.type_v = options["kv"]
    wanted.n_threads = wanted.n_threads_batch = 1  # two of them spin for each other on a busy machine
    wanted.flash_attn_type = 1 if options["flash"] else 0
    wanted.kv_unified, wanted.swa_full = options["unified"], options["swa_full"]
    context = lib.llama_init_from_model(model, wanted)
    if not context:
        raise SystemExit("".join(lines)[-2000:])
    steps["context"] = memory()
    _fill(lib, context, options)
    steps["filled"] = memory()
    buffers: dict[str, float] = {}
    for line in lines:
        if match := _BUFFER.search(line):
            buffers[match[1]] = buffers.get(match[1], 0.0) + float(match[2]) * (1 << 20)
    return {"steps": steps, "buffers": buffers}


def _fill(lib: Any, context: Any, options: dict[str, Any]) -> None:
    """Prefill every sequence to its context, then one token each."""
    batch = lib.llama_batch_init(options["batch"], 0, 1)
    for sequence in range(options["seqs"]):
        position = 0
        while position < options["ctx"] - 1:
            count = min(options["batch"], options["ctx"] - 1 - position) if position < options["ctx"] - 2 else 1
            batch.n_tokens = count
            for i in range(count):
                batch.token[i], batch.pos[i] = 300 + i % 50, position + i
                batch.n_seq_id[i], batch.seq_id[i][0] = 1, sequence
                batch.logits[i] = i >= count - max(1, options["outputs"])
            if code := lib.llama_decode(context, batch):
                raise SystemExit(f"llama_decode returned {code}")
            position += count
    lib.llama_batch_free(batch)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], json.loads(sys.argv[2]))))
