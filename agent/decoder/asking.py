"""Planning over foreign tools, as the planner's service does it: the encoder ranks, rules fill and value; where they
see little, the decoder reads.

Each model is a process of its own that may not be had: without the decoder the best tool's arguments are found by rules
alone, without the encoder nothing is planned and that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from ...kernel.errors import BluerillError, CallerError, ServiceFault
from ...kernel.service import Port
from ...models.decoder.prompt import Tool
from ...skills.messages import ActionInfo
from ..messages import Decode, Decoded, Planned, Rank, Ranked
from . import tier
from .clauses import clauses, segments

__all__ = ["MAX_TOOLS_BYTES", "plan_over"]

RANKED_WITHIN_S, DECODED_WITHIN_S = 20.0, 10.0
"""A first ranking embeds every tool; a first decoding loads the model."""
MAX_TOOLS_BYTES = 80 * 1024


async def plan_over(
    port: Port,
    encoder: str,
    decoder: str,
    text: str,
    actions: Sequence[ActionInfo],
    now: datetime,
    least: float = 0.0,
    *,
    always: bool = False,
) -> Planned:
    """The plan of a text over these actions alone; '' as ``decoder`` leaves it to rules. ``least`` is a score below
    which no tool is believed, where that is more than the chooser's own. ``always`` asks the decoder of written
    requests too, which rules read better.

    Raises CallerError for tools that are too large, and what the encoder raises.
    """
    began = port.now()
    offered = tier.tools_of(actions)
    size = sum(len(tool.name) + len(tool.about) + 40 * len(tool.parameters) for tool in offered)
    size += sum(len(p.about) + sum(map(len, p.choices)) for tool in offered for p in tool.parameters)
    if size > MAX_TOOLS_BYTES:
        raise CallerError(f"expected tools of at most {MAX_TOOLS_BYTES:,} bytes, got about {size:,}")
    if not encoder:
        raise ServiceFault("tools that are no skill's need the encoder, which is not installed")
    ranked = await port.ask(encoder, Rank(text, offered), Ranked, within=RANKED_WITHIN_S)
    sure = max(ranked.sure, least)
    some = tier.likely(offered, ranked.scores, sure)
    if not some:
        return replace(tier.refused(ranked.scores), ms=round((port.now() - began) * 1000, 3))
    by_name = {action.name: action for action in actions}
    score = ranked.scores[offered.index(some[0])]
    asked = [(text, some, score)]
    parts = clauses(text) if len(offered) > 1 else []
    if len(parts) > 1:
        each = [(await port.ask(encoder, Rank(part, offered), Ranked, within=RANKED_WITHIN_S)).scores for part in parts]
        asked = [(said, [offered[at]], likely) for at, said, likely in segments(parts, each, offered, sure)] or asked
    around = text if len(asked) > 1 else ""
    plans = [await _planned(port, decoder, by_name, *one, now, around, always) for one in asked]
    return replace(tier.joined(plans), ms=round((port.now() - began) * 1000, 3))


async def _planned(
    port: Port,
    decoder: str,
    actions: dict[str, ActionInfo],
    text: str,
    some: Sequence[Tool],
    score: float,
    now: datetime,
    context: str,
    always: bool,
) -> Planned:
    ruled = tier.planned(text, actions, some[0], score, None, 1.0, now, context=context)
    if not always and not tier.read(text, actions[some[0].name], ruled):
        return ruled
    written, trouble = await _written(port, decoder, text, some)
    calls, sure = (written.calls, written.sure) if written is not None else (None, 1.0)
    found = tier.planned(text, actions, some[0], score, calls, sure, now, context=context)
    return replace(found, why=f"{found.why}, as the decoder could not be had: {trouble}") if trouble else found


async def _written(port: Port, decoder: str, text: str, some: Sequence[Tool]) -> tuple[Decoded | None, str]:
    """What the decoder writes; None where it cannot be had (it is not installed, or does not fit), and why."""
    if not decoder:
        return None, ""
    try:
        return await port.ask(decoder, Decode(text, list(some)), Decoded, within=DECODED_WITHIN_S), ""
    except BluerillError as error:
        port.log.warning("no decoder for a request over foreign tools, rules fill it: %s", error)
        return None, str(error)[:120]
