"""A device as a monitor sees it, for tests of what is shown."""

from __future__ import annotations

from bluerill.agent.jobs.messages import Jobs, JobView
from bluerill.kernel.errors import CallerError, PeerRestarted
from bluerill.kernel.status import ServiceStatus, Status
from bluerill.models.fetch_messages import Cards, CardView
from bluerill.models.messages import Latency, Models, Resident
from bluerill.watch.top.view import View

MIB = 1 << 20


def child(name: str, anon: int, file: int, cap: int, **more: object) -> ServiceStatus:
    """A child process with its memory in MiB."""
    fields: dict[str, object] = {
        "state": "running", "generation": 1, "isolation": "child", "reserved": cap * MIB, "handled": 120,
        "charge": (anon + file) * MIB, "anon": anon * MIB, "file": file * MIB, **more,
    }  # fmt: skip
    return ServiceStatus(name, **fields)  # type: ignore[arg-type]


def status() -> Status:
    services = [
        ServiceStatus("core", "running", 1, "core", "control", 10, 32 * MIB, 24 * MIB, 25 * MIB, 4120),
        ServiceStatus("store", "running", 1, "core", "control", handled=311),
        ServiceStatus("session", "running", 1, "core", handled=87),
        ServiceStatus("jobs", "running", 1, "core", "background", handled=42),
        child("asr", 61, 22, 96, generation=3, handled=1804, errors=2),
        child("ears", 31, 9, 64, handled=5210),
        child("screen", 29, 8, 64, handled=901),
        child("web", 24, 6, 64, handled=2203),
        child("model-1", 38, 96, 150, starter="models", lane="background", handled=77),
        ServiceStatus("mouth", "absent", 1, "child", reserved=0),
        ServiceStatus("egress", "quarantined", 6, "child", "background", errors=6, problem="egress ended 6 times"),
    ]
    return Status(
        11_720.0, "linux", "cgroup2: leaf with memory.max", 512 * MIB, 34 * MIB, 470 * MIB, 57.4, services,
        ["service asr#2 was killed by SIGKILL", "service egress#6 ended with exit code 1"],
    )  # fmt: skip


def jobs() -> Jobs:
    now = 1_800_000_000.0
    rows = [
        JobView(5, "transcribe", "Write down lecture.flac", "running", 1260, 3600, "s", 158, now - 600, now - 400),
        JobView(4, "infer", "Answer questions.jsonl with smollm2", "waiting", 0, 0, "bytes", 0, now - 500),
        JobView(3, "index", "Index notes and reminders", "paused", 40, 96, "texts", 12, now - 900, now - 800),
        JobView(
            2, "summarise", "Summarise notes", "done", 4, 4, "portions", 9, now - 2000, now - 1990, now - 1900, "",
            "Buy milk on Friday; the car is on level three.",
        ),
        JobView(1, "transcribe", "Write down memo.wav", "failed", 0, 0, "s", 0, now, now, now, "memo.wav: truncated"),
    ]  # fmt: skip
    return Jobs(rows)


def models() -> Models:
    return Models(
        [
            Resident("smollm2-135m-q8", "busy", 38 * MIB, 96 * MIB, 2, 21.4),
            Resident("whisper-nano", "ready", 14 * MIB, 9 * MIB, 0, 0.0, 42.0),
        ],
        {"interactive": 1, "background": 6}, 220 * MIB, 157 * MIB, 9, 4, 1, 1, 21.4,
        {"voice": Latency(310.0, 620.0, 40), "background": Latency(5200.0, 9100.0, 12)},
    )  # fmt: skip


def cards() -> Cards:
    en = ["en"]
    ready = CardView("pocketsphinx-en-us", "PocketSphinx US English", "pocketsphinx", "BSD-2-Clause", "ready", 0, en)
    missing = CardView(
        "smollm2-135m", "SmolLM2 135M Instruct, Q8", "llama", "Apache-2.0", "missing", 145 * MIB, en, ["chat"], True,
        "llama",
    )  # fmt: skip
    coming = CardView(
        "whisper-tiny-en", "OpenAI Whisper tiny.en", "whisper", "MIT", "coming", 75 * MIB, en, ["asr"], True, "whisper",
        "", 31 * MIB, 75 * MIB, 4.2 * MIB,
    )  # fmt: skip
    return Cards([ready, missing, coming, CardView("wake", "Wake word", "wake", "MIT", "ready", 0, [], ["wake"])])


class Scene:
    """A source that shows what it is given and remembers what was asked of it."""

    def __init__(self) -> None:
        self.view = View(status(), jobs(), models(), 1_800_000_000.0)
        self.gone = False
        self.done: list[tuple[object, ...]] = []
        self.looks = 0
        self.closed = False

    async def look(self) -> View:
        self.looks += 1
        if self.gone:
            raise PeerRestarted("the device at device.sock does not answer: Connection refused")
        return self.view

    async def restart(self, name: str) -> str:
        if name == "core":
            raise CallerError("no service is named 'core' that could be restarted")
        self.done.append(("restart", name))
        return f"{name} is being restarted"

    async def steer(self, number: int, to: str) -> str:
        self.done.append((to, number))
        return f"job {number}: {to}"

    async def close(self) -> None:
        self.closed = True
