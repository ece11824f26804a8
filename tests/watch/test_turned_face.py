"""The face that the crown turned to is the owner's choice."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bluerill.kernel.host.sim import SimHost, run_sim
from bluerill.kernel.message import Taint
from bluerill.modalities.screen.messages import Attach, Attached, Crown
from bluerill.skills.messages import Rows, Scan
from support.simulated import simulated


def test_a_face_that_was_turned_to_is_remembered(tmp_path: Path) -> None:
    async def story(host: SimHost) -> None:
        async with simulated(host, tmp_path) as kernel:
            web = kernel.local("web").port
            faces = (await web.ask("screen", Attach(), Attached)).faces
            for _ in range(2):
                await web.tell("screen", Crown(30.0), taint=Taint.USER)
            await asyncio.sleep(3)
            kept = await kernel.local("skills").port.ask("store", Scan("skills/faces"), Rows)
            (face,) = kept.rows.values()
            assert face == faces[(faces.index("analog") + 2) % len(faces)]

    run_sim(story)
