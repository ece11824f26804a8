"""The monitor, driven by keys in a terminal that is not there (Textual's pilot)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

pytest.importorskip("textual", reason="the extra 'top' is not installed")

from textual.pilot import Pilot
from textual.widgets import DataTable, Static

from bluerill.agent.messages import CallReport, Turn
from bluerill.watch.top.app import Monitor
from bluerill.watch.top.dialogs import Help, Question
from support.scenes import Scene

WIDE, NARROW = (160, 46), (84, 60)
Test = Callable[[Monitor, Pilot[None], Scene], Coroutine[Any, Any, None]]


def run(test: Test, size: tuple[int, int] = WIDE) -> None:
    async def whole() -> None:
        scene = Scene()
        app = Monitor(scene, 3600)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await test(app, pilot, scene)
        assert scene.closed

    asyncio.run(whole())


def cells(app: Monitor, table: str) -> list[list[str]]:
    held = app.query_one(f"#{table}", DataTable)
    return [[str(cell) for cell in held.get_row_at(at)] for at in range(held.row_count)]


def asks(app: Monitor) -> bool:
    """Whether a question is being asked."""
    return isinstance(app.screen, Question)


def text(app: Monitor, name: str) -> str:
    return str(app.query_one(f"#{name}", Static).render())


def keep(app: Monitor, name: str) -> None:
    """Save a picture where BLUERILL_SHOTS says, for the eye."""
    folder = os.environ.get("BLUERILL_SHOTS")
    if folder:
        Path(folder, f"{name}.svg").write_text(app.export_screenshot(), "utf-8")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_it_shows_services_memory_models_jobs_and_faults(size: tuple[int, int]) -> None:
    async def test(app: Monitor, pilot: Pilot[None], scene: Scene) -> None:
        rows = {row[0]: row for row in cells(app, "services")}
        assert "● running" in rows["asr#3"][1]
        assert rows["asr#3"][3].endswith("61M + 22M / 96M")
        assert rows["asr#3"][5] == "2"
        assert "● quarantined" in rows["egress#6"][1]
        assert "model-1#1 of models" in rows
        assert "anonymous\u00a0207M" in text(app, "legend")
        assert "file-backed\u00a0141M" in text(app, "legend")
        assert cells(app, "models")[0][:3] == ["smollm2-135m-q8", "● busy ×2", "38M + 96M"]
        assert "background    6 waiting" in text(app, "classes")
        assert "p50 310 ms  p95 620 ms" in text(app, "classes")
        jobs = cells(app, "jobs")
        assert jobs[0][1:3] == ["Write down lecture.flac", "● running"]
        assert jobs[0][3].endswith(" 35 %")
        assert jobs[0][4] == "about 12 min left"
        assert "asr#2 was killed by SIGKILL" in text(app, "faults")
        keep(app, f"top-{size[0]}")

    run(test, size)


def test_a_device_without_models_or_jobs_says_so() -> None:
    async def test(app: Monitor, pilot: Pilot[None], scene: Scene) -> None:
        scene.view = msgspec.structs.replace(scene.view, jobs=None, models=None)
        await app.look()
        assert "no model broker" in text(app, "models-none")
        assert "bluerill jobs add" in text(app, "jobs-none")
        assert not app.query_one("#jobs").display

    run(test)


def test_s_sorts_and_the_cursor_stays_on_its_service() -> None:
    async def test(app: Monitor, pilot: Pilot[None], scene: Scene) -> None:
        await pilot.press("down", "down", "down", "down")
        await pilot.press("s")
        assert cells(app, "services")[0][0].startswith("model-1")
        table = app.query_one("#services", DataTable)
        assert cells(app, "services")[table.cursor_row][0] == "asr#3"
        assert app.query_one("#services-tile").border_subtitle == "sorted: memory"

    run(test)


def test_p_pauses_what_is_shown() -> None:
    async def test(app: Monitor, pilot: Pilot[None], scene: Scene) -> None:
        before = scene.looks
        await pilot.press("p")
        await app.look()
        assert scene.looks == before
        assert "paused" in text(app, "head")
        await pilot.press("p")
        assert scene.looks == before + 1
        assert "paused" not in text(app, "head")

    run(test)


@pytest.mark.parametrize(("key", "done"), [("y", [("restart", "asr")]), ("n", []), ("escape", []), ("enter", [])])
def test_restarting_a_service_asks_first_and_no_is_what_enter_means(key: str, done: list[object]) -> None:
    async def test(app: Monitor, pilot: Pilot[None], scene: Scene) -> None:
        await pilot.press("down", "down", "down", "down", "r")
        assert asks(app)
        await pilot.press(key)
        await pilot.pause()
        assert not asks(app)
        assert scene.done == done

    run(test)


def test_what_cannot_be_restarted_is_said_not_raised() -> None:
    async def test(app: Monitor, pilot: Pilot[None], scene: Scene) -> None:
        await pilot.press("r", "y")
        await pilot.pause()
        assert scene.done == []
        assert any("could be restarted" in each.message for each in app._notifications)

    run(test)


def test_jobs_are_cancelled_after_a_question_rested_and_forgotten() -> None:
    async def test(app: Monitor, pilot: Pilot[None], scene: Scene) -> None:
        await pilot.press("tab", "c")
        assert asks(app)
        await pilot.press("y")
        await pilot.pause()
        await pilot.press("space")
        await pilot.press("down", "down", "space")
        await pilot.pause()
        await pilot.press("down", "c")  # it has ended: there is nothing to ask
        await pilot.pause()
        assert scene.done == [("cancel", 5), ("pause", 5), ("resume", 3), ("forget", 2)]
        assert "Buy milk on Friday" in text(app, "job")

    run(test)


def test_a_device_that_went_away_is_said_and_seen_again() -> None:
    async def test(app: Monitor, pilot: Pilot[None], scene: Scene) -> None:
        scene.gone = True
        await app.look()
        assert "the device does not answer" in text(app, "head")
        scene.gone = False
        await app.look()
        assert "up 3 h 15 min" in text(app, "head")

    run(test)


def test_help_opens_and_closes_by_key() -> None:
    async def test(app: Monitor, pilot: Pilot[None], scene: Scene) -> None:
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)
        await pilot.press("escape")
        assert not isinstance(app.screen, Help)

    run(test)


def test_a_row_that_goes_leaves_the_others_where_they_are() -> None:
    async def test(app: Monitor, pilot: Pilot[None], scene: Scene) -> None:
        assert scene.view.jobs is not None
        left = msgspec.structs.replace(scene.view.jobs, jobs=scene.view.jobs.jobs[1:], holding="the owner is speaking")
        scene.view = msgspec.structs.replace(scene.view, jobs=left)
        await app.look()
        assert [row[0] for row in cells(app, "jobs")] == ["4", "3", "2", "1"]
        assert app.query_one("#jobs-tile").border_subtitle == "the owner is speaking"

    run(test)


def test_the_last_turns_say_what_they_pointed_at() -> None:
    async def test(app: Monitor, pilot: Pilot[None], scene: Scene) -> None:
        assert text(app, "turns") == "nobody has said anything yet"
        calls = [CallReport("cancel_timer", {}), CallReport("start_timer", {})]
        turn = Turn(1, "voice", "set that to seven", calls, "", "templates", 0.97, {}, seen="timer that was touched")
        scene.view = msgspec.structs.replace(scene.view, turns=[turn])
        await app.look()
        assert "voice, templates 0.97; “this” is the timer that was touched" in text(app, "turns")
        assert "cancel_timer → start_timer" in text(app, "turns")

    run(test)
