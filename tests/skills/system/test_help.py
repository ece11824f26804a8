"""Help comes from the catalogue: its examples are ones that a person can say."""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from bluerill.agent.plan import Planner
from support.bench import World

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=ZoneInfo("Europe/Berlin"))


def test_help_gives_other_examples_each_time_and_every_one_is_understood(world: World) -> None:
    async def story() -> None:
        await world.boot()
        planner = Planner(await world.catalogue())
        first, second = await world.do("get_help"), await world.do("get_help")
        assert set(first.result["examples"]).isdisjoint(second.result["examples"])
        assert "timers" in first.result["skills"]
        assert len(first.speech) < 300
        for said in [*first.result["examples"], *second.result["examples"]]:
            assert planner.plan(said, NOW).calls, said

    asyncio.run(story())


def test_help_with_one_thing(world: World) -> None:
    async def story() -> None:
        await world.boot()
        told = await world.do("get_help", topic="the timers")
        assert told.result["skills"] == ["timers"]
        assert "timer for ten minutes" in told.speech or "minute" in told.speech
        assert (await world.do("get_help", topic="lights")).result["skills"] == ["home"]
        assert (await world.refused("get_help", topic="bananas")).startswith("I know nothing about bananas.")

    asyncio.run(story())


def test_only_a_skill_with_the_grant_may_ask_what_there_is(world: World) -> None:
    async def story() -> None:
        await world.boot()
        assert "no action is named 'describe_skills'" in await world.refused("describe_skills")

    asyncio.run(story())
