"""The benchmark's prefill and decode rates beside a bare loop over llama.cpp's own functions, on one GGUF file.

    python -m bluerill.bench.llama_rates [FILE] [--rounds N] [--json]

Without a file a model with random weights is written, large enough that its computing is what counts.

Both compute the same tokens with the same options in one process, in turns that begin with the one and the other; the
ratio is that of the medians, of the time on the clock and of processor time, which other work on the machine changes
less. The latter is expected within 3 %: the benchmark must measure the model and not itself.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from ..kernel.errors import CallerError
from ..models.engines.llama.context import Context
from ..models.messages import LoadOptions
from .capped.works.gguf import DECODE, PREFILL, decode, prefill
from .synthetic_gguf import Plan, write_gguf

Clock = Callable[[], float]
GOAL = 0.03
PLAN = Plan(layers=8, width=512, feed_forward=1536, heads=8, kv_heads=4, head=64, vocabulary=8192)
"""About 60 MB: a token takes some milliseconds."""


def bare(path: Path, threads: int) -> tuple[Any, Any, Any]:
    """llama.cpp's library, a model and a context, as its own examples open them."""
    lib: Any = import_module("llama_cpp.llama_cpp")
    lib.llama_backend_init()
    model = lib.llama_model_load_from_file(str(path).encode(), _model_options(lib))
    wanted = lib.llama_context_default_params()
    wanted.n_ctx, wanted.n_batch, wanted.n_ubatch = 1024, 512, 512
    wanted.n_threads = wanted.n_threads_batch = threads
    wanted.no_perf = True
    return lib, model, lib.llama_init_from_model(model, wanted)


def _model_options(lib: Any) -> Any:
    wanted = lib.llama_model_default_params()
    wanted.n_gpu_layers = 0
    wanted.use_extra_bufts = False
    return wanted


def bare_run(lib: Any, context: Any, tokens: Sequence[int], one_by_one: bool, clock: Callable[[], float]) -> float:
    """Seconds to compute the tokens from an empty context."""
    lib.llama_memory_clear(lib.llama_get_memory(context), True)
    batch = lib.llama_batch_init(max(1, len(tokens)), 0, 1)
    spent = 0.0
    for at in range(0, len(tokens), 1 if one_by_one else len(tokens)):
        part = tokens[at : at + (1 if one_by_one else len(tokens))]
        began = clock()
        batch.n_tokens = len(part)
        for number, token in enumerate(part):
            batch.token[number], batch.pos[number] = token, at + number
            batch.n_seq_id[number], batch.seq_id[number][0] = 1, 0
            batch.logits[number] = number == len(part) - 1
        if lib.llama_decode(context, batch):
            raise SystemExit("llama_decode failed")
        spent += clock() - began
    lib.llama_batch_free(batch)
    return spent


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.llama_rates", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1, help="of both (default 1)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    args = parser.parse_args(argv)
    try:
        if args.file is not None:
            return measure(args.file, args)
        with TemporaryDirectory() as folder:
            return measure(write_gguf(Path(folder) / "synthetic.gguf", PLAN), args)
    except CallerError as error:
        print(f"bench.llama_rates: {error}", file=sys.stderr)
        return 2


def measure(file: Path, args: argparse.Namespace) -> int:
    """Both on one file; the exit status is 1 if they are further apart than the goal."""
    ours = Context(str(file), LoadOptions(ctx=1024, threads=args.threads))
    lib, _, theirs = bare(file, args.threads)
    random = Random(7)
    tokens = [random.randrange(ours.n_vocab) for _ in range(PREFILL)]
    pairs: dict[str, tuple[Callable[[Clock], float], Callable[[Clock], float]]] = {
        "prefill": (
            lambda clock: prefill(ours, tokens, clock),
            lambda clock: bare_run(lib, theirs, tokens, one_by_one=False, clock=clock),
        ),
        "decode": (
            lambda clock: decode(ours, tokens, DECODE, clock)[0],
            lambda clock: bare_run(lib, theirs, tokens[:DECODE], one_by_one=True, clock=clock),
        ),
    }
    found = {}
    for name, (mine, its) in pairs.items():
        mine(perf_counter)
        its(perf_counter)
        times: tuple[list[float], list[float]] = ([], [])
        cpu: tuple[list[float], list[float]] = ([], [])
        for number in range(args.rounds):
            for taken, clock in ((times, perf_counter), (cpu, process_time)):
                for which in (0, 1) if number % 2 else (1, 0):
                    taken[which].append((mine, its)[which](clock))
        count = PREFILL if name == "prefill" else DECODE
        rates = [count / statistics.median(each) for each in times]
        found[name] = {
            "ours": rates[0],
            "bare": rates[1],
            "ratio": rates[0] / rates[1],
            "ratio_of_processor_time": statistics.median(cpu[1]) / statistics.median(cpu[0]),
        }
    ours.close()
    met = all(abs(row["ratio_of_processor_time"] - 1) <= GOAL for row in found.values())
    if args.json:
        print(json.dumps(found))
        return 0 if met else 1
    for name, row in found.items():
        print(
            f"{name}: ours {row['ours']:.1f} tokens/s, bare {row['bare']:.1f}, ratio {row['ratio']:.3f} "
            f"(by processor time {row['ratio_of_processor_time']:.3f}; goal {1 - GOAL} to {1 + GOAL})"
        )
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
