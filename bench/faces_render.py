"""How faces are drawn: the official samples beside their previews, every figure of the bundled ones, time and memory.

    python -m bluerill.bench.faces render [--json] [--pictures FOLDER]

A preview is compared where it is a capture of the face as it is, at the time and with the readings that it shows; where
it is not, the reason is printed and the figure beside it counts for nothing. Frame times are processor time (a shared
machine adds its own waiting to any other clock). Memory is that of a fresh process that draws one face for a minute.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from PIL import Image

from ..modalities.screen.faces.wardrobe import BUNDLED
from ..modalities.screen.wff.check import check
from ..modalities.screen.wff.device import Device
from ..modalities.screen.wff.face import load
from ..modalities.screen.wff.likeness import beside, ssim
from ..modalities.screen.wff.measure_cost import frame_times
from ..modalities.screen.wff.measures import MEASURES
from ..modalities.screen.wff.renderer import FaceRenderer
from ..modalities.screen.wff.settings import read_settings
from ..modalities.screen.wff.weather import Day, Hour, Sky
from .faces_format import data_folder
from .figures import percentile

SSIM_BAR: Final = 0.90
FRAME_BAR_MS: Final = 16.0
RESIDENT_BAR_MIB: Final = 40.0
FRAMES: Final = 150
SAMPLES: Final = "wff_faces_google/wear-os-samples"


class Sample(NamedTuple):
    """An official sample: where it is, the time and readings its preview shows, and why the preview is no capture."""

    name: str
    folder: str
    at: tuple[int, int, int]
    settings: tuple[str, ...] = ()
    day24: bool = True
    apart: str = ""
    veil: int = 0
    """The level of its black, where all of it lies under an even veil of white, which is taken off."""


OFFICIAL: Final = (
    Sample(
        "Complications", "WatchFaceFormat/Complications/watchface", (10, 8, 32),
        (
            "COMPLICATION.1.TYPE=RANGED_VALUE", "COMPLICATION.1.TITLE=Title", "COMPLICATION.1.TEXT=w/Title",
            "COMPLICATION.1.RANGED_VALUE_COLORS=#FF00FFFF #FF00FF00", "COMPLICATION.1.RANGED_VALUE_MIN=0",
            "COMPLICATION.1.RANGED_VALUE_COLORS_INTERPOLATE=TRUE", "COMPLICATION.1.RANGED_VALUE_MAX=100",
            "COMPLICATION.1.RANGED_VALUE_VALUE=60", "COMPLICATION.2.TYPE=SMALL_IMAGE",
            "COMPLICATION.2.SMALL_IMAGE=icon:device", "COMPLICATION.3.TYPE=WEIGHTED_ELEMENTS",
            "COMPLICATION.3.WEIGHTED_ELEMENTS_COLORS=#FFFF0000 #FF00FF00 #FF0000FF",
            "COMPLICATION.3.WEIGHTED_ELEMENTS_WEIGHTS=2 2 1", "COMPLICATION.3.TEXT=w/Icon",
            "COMPLICATION.3.MONOCHROMATIC_IMAGE=icon:battery", "COMPLICATION.4.TYPE=LONG_TEXT",
            "COMPLICATION.4.TITLE=Long Title", "COMPLICATION.4.TEXT=Text w/ Icon & Title",
            "COMPLICATION.4.MONOCHROMATIC_IMAGE=icon:battery",
        ),
        apart="its background is somebody's photograph and its icons are another app's; neither is in the sample",
    ),
    Sample(
        "Flavors", "WatchFaceFormat/Flavors/watchface", (14, 11, 0),
        (
            "flavor=flavorTwo", "STEP_COUNT=60", "HEART_RATE=null", "COMPLICATION.0.MONOCHROMATIC_IMAGE=null",
            "COMPLICATION.0.TITLE=Steps",
        ),
        day24=False, veil=31,
    ),
    Sample("PhotosMask", "WatchFaceFormat/PhotosMask/watchface", (10, 8, 32)),
    Sample("PhotosMulti", "WatchFaceFormat/PhotosMulti/watchface", (10, 8, 32)),
    Sample("SimpleAnalog", "WatchFaceFormat/SimpleAnalog/watchface", (10, 43, 9)),
    Sample(
        "SimpleDigital", "WatchFaceFormat/SimpleDigital/watchface", (8, 7, 0),
        apart="its greeting is set about 48 units high, the face says 36",
    ),
    Sample(
        "Weather", "WatchFaceFormat/Weather/watchface", (14, 31, 48),
        ("WEATHER.DAYS.1.CONDITION_NIGHT=8",), day24=False,
    ),
    Sample("Push: default", "WatchFacePush/samples/defaultwf", (10, 8, 32)),
    Sample("Push: firefly", "WatchFacePush/samples/firefly", (15, 23, 0)),
    Sample("Push: river", "WatchFacePush/samples/river", (15, 29, 0)),
)  # fmt: skip


def official(data: Path, pictures: Path | None = None) -> list[dict[str, Any]]:
    """Each official sample: what was not drawn, its likeness to the preview, frame times."""
    rows = []
    for sample in OFFICIAL:
        main = data / SAMPLES / sample.folder / "src" / "main"
        found = next(path for path in sorted(main.glob("res/drawable*/preview.png")) if "-fr" not in path.parent.name)
        with Image.open(found) as file:
            preview = _unveiled(file.convert("RGBA"), sample.veil)
        face = load(main)
        settings = read_settings(sample.settings)
        renderer = FaceRenderer(face, preview.size, wishes=settings.wishes)
        picture = renderer.draw(_device(sample)._replace(overrides=settings.overrides), still=True)
        times = frame_times(face, FRAMES)
        rows.append(
            {
                "face": sample.name,
                "not_drawn": [str(note) for note in renderer.notes],
                "ssim": round(ssim(picture, preview), 4),
                "apart": sample.apart,
                "p50_ms": round(percentile(times, 0.5), 2),
                "p95_ms": round(percentile(times, 0.95), 2),
            }
        )
        if pictures is not None:
            pictures.mkdir(parents=True, exist_ok=True)
            beside(picture, preview).save(pictures / f"{sample.name.replace(': ', '-').lower()}.png")
    return rows


def _unveiled(preview: Image.Image, veil: int) -> Image.Image:
    """A preview without the even white that lies over it."""
    levels = [max(round((level - veil) * 255 / (255 - veil)), 0) for level in range(256)]
    clear = preview.convert("RGB").point(levels * 3)
    clear.putalpha(preview.getchannel("A"))
    return clear


def _device(sample: Sample) -> Device:
    """A device on the Monday that the weather sample's preview shows."""
    moment = datetime(2024, 7, 29, *sample.at, tzinfo=UTC)
    now = moment.timestamp()
    celsius = (10.0, 11.1, 12.8, 13.9, 15.6, 16.0)
    sky = Sky(
        8, 10.0, now - 200, fahrenheit=True,
        hours=tuple(Hour(now - 1800 + 3600 * i, 8, c) for i, c in enumerate(celsius)),
        days=(Day(now - 50_000, 8, 8.0, 18.0, 0), Day(now + 36_000, 8, 8.3, 17.8, 0)),
    )  # fmt: skip
    return Device(moment, day24=sample.day24, zone="UTC", battery=82, unread=3, sky=sky)


def bundled() -> list[dict[str, Any]]:
    """Every figure of the bundled faces."""
    rows = []
    for path in sorted(BUNDLED.iterdir()):
        report = check(load(path), MEASURES)
        figures = {metric.name: metric.value for metric in report.metrics}
        failed = [metric.name for metric in report.metrics if metric.passed is False]
        rows.append({"face": path.stem, "passed": report.passed and not failed, "failed": failed, **figures})
    return rows


CHILD: Final = """
import sys
from datetime import timedelta
from pathlib import Path
from bluerill.modalities.screen.wff.face import load
from bluerill.modalities.screen.wff.renderer import FaceRenderer
from bluerill.modalities.screen.wff.subject import device
renderer, now = FaceRenderer(load(Path(sys.argv[1])), (466, 466)), device(10, 58, 30)
for _ in range(60):
    renderer.draw(now)
    now = now._replace(moment=now.moment + timedelta(seconds=1))
renderer.draw(now._replace(ambient=True))
status = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


AFTER_ALL: Final = """
from pathlib import Path
import bluerill.kernel.child
from bluerill.modalities.screen.service import ScreenService
from bluerill.kernel.frugal import be_frugal
from bluerill.modalities.screen.renderer import brighten
be_frugal()
service, now, seen = ScreenService(), 1_795_000_000.0, []
for index in range(len(service.scene.faces)):
    service.scene.index = index
    for frame in range(30):
        service.scene.touched_at, service.scene.ambient = (now, False) if frame < 20 else (0.0, frame >= 25)
        service.differ.patch(brighten(service.renderer.draw(now), 100), moving=frame % 2 == 0)
        now += 60.0 if service.scene.ambient else 0.3
        status = Path("/proc/self/status").read_text().splitlines()
        seen.append(max(int(line.split()[1]) for line in status if line.startswith("VmRSS")))
assert not [face.problem for face in service.scene.faces if getattr(face, "problem", "")]
print(max(seen), next(line.split()[1] for line in status if line.startswith("VmHWM")), len(service.scene.faces))
"""


def after_all() -> dict[str, float]:
    """MiB of the screen's process while all faces are shown in turn, live, ticking and ambient: the most after any
    picture, and the peak within one."""
    env = {**os.environ, "MALLOC_ARENA_MAX": "1"}
    done = subprocess.run([sys.executable, "-c", AFTER_ALL], capture_output=True, text=True, check=True, env=env)
    most, peak, faces = (int(word) for word in done.stdout.split())
    return {"most_mib": round(most / 1024, 1), "peak_mib": round(peak / 1024, 1), "faces": faces}


def resident(paths: Iterable[Path]) -> dict[str, float]:
    """Peak resident MiB of a fresh process that draws a face for a minute, and then its ambient picture."""
    found = {}
    for path in paths:
        done = subprocess.run([sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=True)
        name = (
            path.stem if path.suffix == ".xml" else path.parts[-4] if path.parts[-3] == "watchface" else path.parts[-3]
        )
        found[name] = round(int(done.stdout) / 1024, 1)
    return found


def measure(pictures: Path | None = None) -> dict[str, Any]:
    """The whole section; ``official`` is None without the data."""
    data = data_folder()
    there = (data / SAMPLES).is_dir()
    mains = [data / SAMPLES / sample.folder / "src" / "main" for sample in OFFICIAL] if there else []
    return {
        "official": official(data, pictures) if there else None,
        "bundled": bundled(),
        "resident_mib": resident([*sorted(BUNDLED.iterdir()), *mains]),
        "screen": after_all(),
    }


def _print(found: dict[str, Any]) -> None:
    rows = found["official"]
    if rows is None:
        print("  expected the official samples in BLUERILL_DATA, found none")
    else:
        print(f"  {'official sample':<16}{'drawn':<8}{'SSIM':>7}{'p50 ms':>8}{'p95 ms':>8}")
        for row in rows:
            drawn = "wholly" if not row["not_drawn"] else f"{len(row['not_drawn'])} not"
            print(
                f"  {row['face']:<16}{drawn:<8}{row['ssim']:>7.4f}{row['p50_ms']:>8}{row['p95_ms']:>8}  {row['apart']}"
            )
        counted = [row for row in rows if not row["apart"]]
        good = sum(row["ssim"] >= SSIM_BAR for row in counted)
        print(f"  {good} of {len(counted)} readable captures at SSIM {SSIM_BAR} or more; bar: all")
        worst = max(row["p95_ms"] for row in rows)
        print(f"  slowest p95 {worst} ms; bar: {FRAME_BAR_MS} ms")
    for row in found["bundled"]:
        state = "passes every check" if row["passed"] else f"fails {', '.join(row['failed'])}"
        print(
            f"  {row['face']:<16}{state}: lit {row['ambient_lit']} % ({row['ambient_lit_weighted']} % by brightness), "
            f"burn-in {row['burn_in']} %, time read {row['legible_time']} %, p95 {row['frame_time_p95']} ms"
        )
    most = max(found["resident_mib"].items(), key=lambda item: item[1])
    print(f"  resident: at most {most[1]} MiB ({most[0]}); bar: {RESIDENT_BAR_MIB} MiB")
    screen = found["screen"]
    print(
        f"  the screen's process, {screen['faces']} faces in turn: {screen['most_mib']} MiB after any picture, "
        f"{screen['peak_mib']} MiB at its peak; bar: {RESIDENT_BAR_MIB} MiB"
    )


def main(arguments: list[str] | None = None) -> int:
    """Print the section, or one JSON document with ``--json``."""
    given = sys.argv[1:] if arguments is None else arguments
    pictures = Path(given[given.index("--pictures") + 1]) if "--pictures" in given[:-1] else None
    found = measure(pictures)
    if "--json" in given:
        print(json.dumps(found))
    else:
        _print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
