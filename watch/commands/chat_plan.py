"""``bluerill plan --planner remote:URL``: plan with a chat model, over the skills' actions or foreign tools."""

from __future__ import annotations

import argparse
import importlib.util
from datetime import datetime
from typing import Any

from ...agent.messages import Planned
from ...kernel import eventloop
from ...kernel.errors import BluerillError, CallerError, ServiceFault
from ...skills.messages import ActionInfo
from .ask import clean
from .plan import entries, open_batch, show


def run_chat(args: argparse.Namespace, tools: list[dict[str, Any]] | None) -> int:
    """Plan every entry with the model named by ``args.planner``. Raises CallerError, ServiceFault."""
    if importlib.util.find_spec("langchain_core") is None:
        raise ServiceFault("this planner needs langchain-core: pip install 'bluerill[models]'")
    from ...agent.foreign import actions_from_tools
    from ...agent.tiers import ChatTier, model_named

    model = model_named(args.planner)
    own: list[ActionInfo] | None = None if tools is None else actions_from_tools(tools)
    now = datetime.fromisoformat(args.now) if args.now else datetime.now()
    if now.tzinfo is None:
        now = now.astimezone()
    with open_batch(args) as stream:
        for entry in entries(args, stream):
            if entry.tools is not None:
                offered = actions_from_tools(entry.tools)
            else:
                if own is None:
                    own = eventloop.run(_skill_actions())
                offered = own
            try:
                planned = ChatTier(model, offered, "remote").plan(clean(entry.text), now)
            except CallerError as error:
                planned = Planned([], "remote", 1.0, 0.0, str(error))
            except BluerillError:
                raise
            show(entry, planned, args.json or bool(args.batch))
    return 0


async def _skill_actions() -> list[ActionInfo]:
    from .skills import catalogue

    return [action for action in (await catalogue()).actions if not action.hidden]
