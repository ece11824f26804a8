"""From ``skills new`` to a spoken answer: our wheel and the package's in a clean environment, by talk and page."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
import wave
from pathlib import Path
from typing import Any

import pytest

from journeys.browser import chromium, needs_chromium, watch_page
from journeys.test_first_light import microphone_file, wait_for_asr

ROOT = Path(__file__).parents[2]
SAID = "please add three to my apple count"
LEFT_OUT = (".git", ".venv", "build", "dist", "__pycache__", "*.egg-info", ".mypy_cache", ".ruff_cache", ".hypothesis")
pytestmark = [pytest.mark.audio, pytest.mark.process, pytest.mark.browser, needs_chromium]


def pip(verb: str, *words: str, python: Path | None = None) -> None:
    where = () if python is None else ("--python", str(python))
    quiet = ("--quiet", "--disable-pip-version-check", "--no-deps")
    subprocess.run([sys.executable, "-m", "pip", *where, verb, *quiet, *words], check=True)


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """The interpreter of a fresh environment with our wheel; what it needs is taken from this one."""
    source = tmp_path / "source"
    shutil.copytree(ROOT, source, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
    pip("wheel", "--no-build-isolation", "-w", str(tmp_path / "ours"), str(source))
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=False)
    site = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    (site / "beside.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (wheel,) = (tmp_path / "ours").glob("bluerill-*.whl")
    pip("install", str(wheel), python=folder / "bin" / "python")
    return folder / "bin" / "python"


def test_a_new_package_beside_our_wheel_is_spoken_to(python: Path, own_home: Path, tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader", reason="espeakng-loader (extra speak) renders the voice")
    from bluerill.models.engines.espeak import EspeakEngine

    told = {**os.environ, "PYTHONPATH": "", "PYTHONSAFEPATH": "1"}

    def bluerill(*words: str) -> Any:
        command = [str(python), "-m", "bluerill", *words, "--json"]
        done = subprocess.run(command, env=told, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    where = subprocess.run(
        [str(python), "-c", "import bluerill; print(bluerill.__file__)"],
        env=told, capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert where.stdout.startswith(str(python.parents[1])), "the wheel is what is tried, not the checkout"
    made = bluerill("skills", "new", "apple", "--into", str(tmp_path))["folder"]
    pip("wheel", "--no-build-isolation", "-w", str(tmp_path / "theirs"), made)
    (wheel,) = (tmp_path / "theirs").glob("*.whl")
    assert bluerill("skills", "install", str(wheel), "--yes")["states"] == {"apple": "running"}

    pcm = EspeakEngine("en-us", 150).say(SAID).tobytes()
    sound = tmp_path / "said.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(16_000) + pcm + bytes(48_000))
    answer: dict[str, Any] = {}
    for _ in range(4):  # in a fresh home the first one may speak before the language model is made
        answer = bluerill("talk", str(sound))
        if answer["transcript"]:
            break
    assert answer["transcript"] == SAID
    assert answer["calls"][0]["name"] == "count_apple"
    assert answer["reply"] == "That makes 3."

    process = subprocess.Popen(
        [str(python), "-m", "bluerill", "watch", "--no-browser", "--port", "0"],
        env=told, stdout=subprocess.PIPE, text=True, cwd=tmp_path,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        microphone = microphone_file(pcm, tmp_path / "microphone.wav")
        with chromium(microphone) as browser, watch_page(browser, url) as watching:
            page = watching.page
            wait_for_asr(page)
            page.click("#mic")
            page.wait_for_selector("#log .call", timeout=60_000)
            said = page.inner_text("#log").lower()
            assert SAID in said
            assert "that makes 6." in said
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=15)
