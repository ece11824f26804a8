"""The example packages as strangers would get them: built, installed into an environment of their own, spoken to."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import sysconfig
import threading
import venv
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bluerill.watch.workshop.package import Package
from bluerill.watch.workshop.trial import Finding, trial

ROOT = Path(__file__).parents[2]
NAMES = ("pomodoro", "transit", "homeassistant")
pytestmark = pytest.mark.process


@pytest.mark.parametrize("name", ["tea", *NAMES])
def test_an_example_passes_its_own_trial(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    async def tried() -> list[Finding]:
        return [each async for each in trial(Package(ROOT / "examples" / name), tools=False)]

    findings = asyncio.run(tried())
    assert [each for each in findings if each.state == "failed"] == []
    assert next(each for each in findings if each.check == "sentences").summary.startswith("100 %") or name == "tea"


def test_the_examples_own_tests_pass() -> None:
    folders = [ROOT / "examples" / name for name in NAMES]
    words = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    done = subprocess.run(
        [*words, "-c", os.devnull, *(str(folder / "tests") for folder in folders)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three packages, built from copies."""
    work = tmp_path_factory.mktemp("wheels")
    sources = []
    for name in NAMES:
        source = work / name
        source.mkdir()
        subprocess.run(["cp", "-r", f"{ROOT / 'examples' / name}/.", str(source)], check=True)
        sources.append(str(source))
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *quiet, "-w", str(work / "built"), *sources], check=True)
    return work / "built"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Path:
    """The interpreter of a fresh environment with the three wheels, beside the Bluerill under test."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    site = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    # Bluerill and what it needs, as they are installed here (an editable install adds its own folders).
    places = dict.fromkeys(each for each in sys.path if each and Path(each).is_dir() and "lib/python3" not in each)
    (site / "beside.pth").write_text("\n".join([sysconfig.get_path("purelib"), *places]) + "\n")
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps"]
    found = [str(path) for path in wheels.glob("*.whl")]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), "install", *quiet, *found], check=True)
    return python


class House(BaseHTTPRequestHandler):
    """As much of Home Assistant's REST interface as the bridge uses."""

    state: ClassVar[str] = "off"
    tokens: ClassVar[list[str]] = []

    def _answer(self, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        self.tokens.append(self.headers["Authorization"])
        lamp = {"entity_id": "light.desk", "state": House.state, "attributes": {"friendly_name": "Desk Lamp"}}
        self._answer([lamp] if self.path == "/api/states" else {})

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if given == {"entity_id": "light.desk"}:
            House.state = self.path.rpartition("_")[2]
        self._answer([])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def house() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), House) as http:
        http.daemon_threads = True
        thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def test_three_packages_from_wheels_are_let_in_and_spoken_to(environment: Path, own_home: Path, house: str) -> None:
    (own_home / "settings.toml").write_text(f'[homeassistant]\nurl = "{house}"\ntoken = "secret"\n')
    told = {**os.environ, "PYTHONPATH": ""}

    def bluerill(*words: str) -> Any:
        code = "import sys; from bluerill.watch.cli import main; sys.exit(main(sys.argv[1:]))"
        command = [str(environment), "-c", code, *words, "--json"]
        done = subprocess.run(command, env=told, capture_output=True, text=True, check=False, timeout=120)
        assert done.stdout, done.stderr  # a refusal (exit status 1) is told there too
        return json.loads(done.stdout)

    states = {row["name"]: row["state"] for row in bluerill("skills", "list")}
    assert [states[name] for name in NAMES] == ["waiting"] * 3
    for name in NAMES:
        assert bluerill("skills", "enable", name, "--yes")["states"] == {name: "running"}
    assert bluerill("ask", "start a pomodoro")["calls"][0]["name"] == "start_pomodoro"
    assert "25 minutes of work left" in bluerill("ask", "how is my pomodoro")["reply"]
    assert "usual stop" in bluerill("ask", "when is the next bus")["reply"]
    assert bluerill("ask", "tell home assistant to turn on the desk lamp")["reply"] == "Desk Lamp is on."
    assert House.state == "on"
    assert set(House.tokens) == {"Bearer secret"}
    log = subprocess.run(
        [str(environment), "-c", "import sys; from bluerill.watch.cli import main; main(['audit', '--json'])"],
        env=told, capture_output=True, text=True, check=True,
    )  # fmt: skip
    actions = [json.loads(line)["action"] for line in log.stdout.splitlines()]
    assert actions == ["install"] * 3 + ["start_pomodoro", "switch_thing"]
