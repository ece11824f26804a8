"""Watch faces: verdicts beside the official ones, what hostile faces cost, and how faces are drawn.

    python -m bluerill.bench.faces [format|hostile|render] [--json] [--pictures FOLDER]

Needs the public data (``BLUERILL_DATA``) but for the hostile faces; without a section all are run.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..modalities.screen.wff.check import check
from ..modalities.screen.wff.face import Face, load, read
from ..modalities.screen.wff.problem import FaceError
from ..modalities.screen.wff.renderer import FaceRenderer
from ..modalities.screen.wff.subject import device
from . import faces_format, faces_hostile, faces_render
from .figures import percentile, share

SECTIONS = ("format", "hostile", "render")


def format_section() -> dict[str, Any] | None:
    """Verdicts beside the labels and the schemas; None without the data."""
    data = faces_format.data_folder()
    if not (data / "wff_validator_cases").is_dir():
        return None
    labels = faces_format.labels(data)
    right, count, wrong = faces_format.expressions(data)
    agreed = faces_format.agreement(data)
    times = faces_format.times(data)
    return {
        "labels": share(labels.plain, labels.total),
        "labels_tolerant": share(labels.tolerant, labels.total),
        "error_class": share(labels.same_class, labels.with_class),
        "misses": labels.misses,
        "expressions": share(right, count),
        "wrong_expressions": wrong,
        "table_beside_schemas": share(agreed.table, agreed.documents),
        "faces_beside_schemas": share(agreed.verdict, agreed.faces),
        "differences": agreed.differences,
        "check_ms": {
            "p50": round(percentile(times, 0.5), 2),
            "p95": round(percentile(times, 0.95), 2),
            "n": len(times),
        },
    }


def hostile_section() -> dict[str, Any]:
    """Processor time, memory and the one error of each hostile face."""
    rows: dict[str, Any] = {}
    for name, make in (faces_hostile.DOCUMENTS | faces_hostile.JUDGED).items():
        data = make()
        rows[name] = _cost(len(data), lambda data=data: str(check(read(data)).errors[0].message))  # type: ignore[misc]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "face.zip"
        for name, pack in faces_hostile.ARCHIVES.items():
            pack(path)
            rows[name] = _cost(path.stat().st_size, lambda: str(load(path)))
        for name, vector in faces_hostile.VECTORS.items():
            path.write_bytes(faces_hostile.with_vector(vector()))
            rows[f"vector: {name}"] = _cost(path.stat().st_size, lambda: _drawn(load(path)))
        path.write_bytes(faces_hostile.with_picture(faces_hostile.huge_picture()))
        rows["18 KB of 150 Mpx"] = _cost(path.stat().st_size, lambda: check(load(path)).errors[0].message)
    return {"faces": rows, "resident_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)}


def _drawn(face: Face) -> str:
    renderer = FaceRenderer(face, (466, 466))
    renderer.draw(device(10, 8))
    return str(renderer.notes[0].message) if renderer.notes else "it is drawn"


def _cost(size: int, judge: Callable[[], str]) -> dict[str, Any]:
    begin = time.process_time()
    told = _told(judge)
    taken = time.process_time() - begin
    tracemalloc.start()
    _told(judge)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {"bytes": size, "ms": round(taken * 1000, 1), "peak_mib": round(peak / (1 << 20), 1), "told": told[:160]}


def _told(judge: Callable[[], str]) -> str:
    try:
        return judge()
    except FaceError as error:
        return str(error)
    except IndexError:
        return "harmless: it is valid"


def _print_format(found: dict[str, Any]) -> None:
    print("format")
    for key in (
        "labels",
        "labels_tolerant",
        "error_class",
        "expressions",
        "table_beside_schemas",
        "faces_beside_schemas",
    ):
        row = found[key]
        print(f"  {key.replace('_', ' '):<24}{row['right']:>4} of {row['n']:<4} {row['accuracy']:8.2%}")
    print(f"  check of a face          p50 {found['check_ms']['p50']} ms, p95 {found['check_ms']['p95']} ms")
    for head in ("misses", "wrong_expressions", "differences"):
        if found[head]:
            print(f"  {head.replace('_', ' ')}:")
            for line in found[head]:
                print(f"    {line}")


def _print_hostile(found: dict[str, Any]) -> None:
    print(f"hostile (resident {found['resident_mib']} MiB at most, benchmark included)")
    for name, row in found["faces"].items():
        print(f"  {name:<28}{row['bytes']:>10} B{row['ms']:>9} ms{row['peak_mib']:>6} MiB  {row['told'][:110]}")


def main(arguments: list[str] | None = None) -> int:
    """Print the sections, or one JSON document with ``--json``."""
    given = sys.argv[1:] if arguments is None else arguments
    wanted = [word for word in given if word in SECTIONS] or list(SECTIONS)
    as_json = "--json" in given
    results: dict[str, Any] = {"bench": "faces"}
    if "format" in wanted:
        results["format"] = format_section()
        if results["format"] is None:
            print("bench-faces: expected public data in BLUERILL_DATA (or ../shared/data), found none", file=sys.stderr)
        elif not as_json:
            _print_format(results["format"])
    if "hostile" in wanted:
        results["hostile"] = hostile_section()
        if not as_json:
            _print_hostile(results["hostile"])
    rest = [word for word in given if word not in SECTIONS]
    if as_json:
        if "render" in wanted:
            results["render"] = faces_render.measure()
        print(json.dumps(results))
    elif "render" in wanted:
        print("render")
        return faces_render.main(rest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
