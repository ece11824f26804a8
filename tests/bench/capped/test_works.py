"""Every workload, as it is measured: it loads in its child, answers, and is right without a cap."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bluerill.bench.cap_curve import write_graph
from bluerill.bench.capped.cell import open_host
from bluerill.bench.capped.measure import Effort, measure, row_of
from bluerill.bench.capped.options import BUNDLED, OTHERS, variants_of
from bluerill.bench.capped.prepare import check, prepare
from bluerill.bench.capped.rows import Row
from bluerill.bench.capped.work import Unavailable, Wanted
from bluerill.bench.tiny_models import write_gguf
from bluerill.kernel.errors import CallerError
from bluerill.kernel.host.posix import PosixHost
from bluerill.kernel.limits import MIB

pytestmark = [pytest.mark.process, pytest.mark.audio]
AT_LEAST = {
    "exact call": 0.9, "right decisions": 0.8, "equal frames": 1.0, "texts read": 0.8, "equal outputs": 1.0,
    "right gestures": 0.7, "right shapes": 0.9, "tests passed": 1.0, "promises kept": 1.0,
    "answers whole and right": 1.0,
}  # fmt: skip
AT_MOST = {"word error rate": 0.6, "perplexity": 1e6}


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[PosixHost]:
    monkeypatch.delenv("BLUERILL_DATA", raising=False)
    found = open_host()
    yield found
    found.close()


def row(host: PosixHost, name: str, wanted: Wanted, cap: int | None = None, short: bool = True) -> Row:
    try:
        work = prepare(name, wanted)
    except Unavailable as lack:
        pytest.skip(str(lack))
    found = measure(host, work, cap, Effort(0.01, short=short, patience_s=180.0))
    return row_of(found, work, run="r", rep=0, seed=7, here={})


def is_right(made: Row) -> None:
    assert (made.outcome, made.error) == ("ok", "")
    quality = made.quality
    assert quality is not None
    if quality.better == "higher":
        assert quality.value >= AT_LEAST[quality.metric]
    else:
        assert quality.value <= AT_MOST[quality.metric]


@pytest.mark.parametrize("name", [*BUNDLED, *OTHERS])
def test_a_bundled_workload_is_right(name: str, host: PosixHost, tmp_path: Path) -> None:
    is_right(row(host, name, Wanted(tmp_path, 7, quick=True)))


def test_who_gets_out_of_the_box_is_counted(host: PosixHost, tmp_path: Path) -> None:
    made = row(host, "sandbox", Wanted(tmp_path, 7, quick=True), short=False)
    is_right(made)
    assert made.quality is not None
    assert (made.quality.value, made.quality.n) == (1.0, 10)
    assert made.build["box"] == "limits, privileges, files, calls"


def test_a_trace_says_who_computed_when_and_what_each_class_waited(host: PosixHost, tmp_path: Path) -> None:
    made = row(host, "mixed", Wanted(tmp_path, 7, quick=True), 128 * MIB)
    is_right(made)
    kinds = {"voice", "interactive", "background"}
    assert set(made.parts) == {f"{kind} {what}" for kind in kinds for what in ("ttft", "total")}
    assert sum(made.parts[f"{kind} total"]["n"] for kind in kinds) == len(made.samples_ns) == 12
    assert {span.what for span in made.spans} >= {"load", "run", "wait", "unload"}  # they do not fit together
    assert all(0 <= span.begin_ms <= span.end_ms for span in made.spans)
    assert {span.klass for span in made.spans if span.what == "run"} <= kinds


def test_a_graph_gives_under_a_cap_what_it_gives_without(host: PosixHost, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    folder = tmp_path / "inputs"
    folder.mkdir()
    path = write_graph(tmp_path / "matrices.onnx")
    made = row(host, str(path), Wanted(folder, 7, quick=True), 160 * MIB)
    is_right(made)
    assert made.model is not None
    assert made.model.bytes > 64 * MIB
    assert made.cap.uncached == made.model.bytes
    assert made.estimate is not None
    assert made.estimate.file >= 64 * MIB


def test_a_gguf_model_is_measured_as_llama_bench_does_and_as_a_user_meets_it(host: PosixHost, tmp_path: Path) -> None:
    pytest.importorskip("gguf")
    folder = tmp_path / "inputs"
    folder.mkdir()
    path = write_gguf(tmp_path / "tiny.gguf", "llama")
    [variant] = variants_of(["ctx=256"])
    made = row(host, str(path), Wanted(folder, 7, True, variant))
    is_right(made)
    assert made.workload == "tiny ctx=256"
    assert made.model is not None
    assert (made.model.ctx, len(made.model.sha256)) == (256, 64)
    for figure in ("prefill_tps", "decode_tps", "ttft_ms", "tpot_ms"):
        assert (getattr(made.latency, figure) or 0) > 0, figure
    assert made.quality is not None
    assert made.quality.n > 3 * 10
    assert msgspec.json.decode(msgspec.json.encode(made), type=Row) == made


def test_a_model_that_cannot_be_read_is_one_line_before_anything_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + bytes(20))
    with pytest.raises(CallerError, match=r"model\.gguf"):
        check(str(path))
    with pytest.raises(CallerError, match="its files are not on this machine"):
        check("qwen3-0.6b")
