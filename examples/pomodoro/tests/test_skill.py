"""The pomodoro on a virtual clock."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pomodoro_skill import Pomodoro

from bluerill.kernel.errors import CallerError
from bluerill.skills.messages import Glance
from bluerill.skills.testing import Bench


def test_work_and_breaks_follow_each_other_until_it_is_stopped(tmp_path: Path) -> None:
    async def story() -> None:
        bench = await Bench.of(Pomodoro, state=tmp_path)
        await bench.do("start_pomodoro", work="PT20M", rest="PT5M")
        assert bench.bodies("skills", Glance)[-1].timers
        await bench.advance(20 * 60)
        await bench.advance(5 * 60)
        await bench.advance(20 * 60)
        assert [said.split()[0] for said in bench.said] == ["Time", "Back", "Time"]
        status = await bench.do("pomodoro_status")
        assert status.result["done"] == 2
        assert (await bench.do("stop_pomodoro")).result == {"done": 2}
        await bench.advance(3600)
        assert len(bench.said) == 3
        assert bench.bodies("skills", Glance)[-1].timers == []
        await bench.close()

    asyncio.run(story())


def test_there_is_one_at_a_time_and_it_can_be_taken_back(tmp_path: Path) -> None:
    async def story() -> None:
        bench = await Bench.of(Pomodoro, state=tmp_path)
        started = await bench.do("start_pomodoro")
        with pytest.raises(CallerError, match="running already"):
            await bench.do("start_pomodoro")
        await bench.undo(started)
        with pytest.raises(CallerError, match="No pomodoro"):
            await bench.do("pomodoro_status")
        await bench.close()

    asyncio.run(story())
