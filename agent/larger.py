"""The last tiers of the planner: the models that the owner named for what the small networks are not sure of.

    # settings.toml
    [planner]
    model = ["qwen3-0.6b", "remote:http://desk.local:8080/v1#big"]

Each is asked in turn until one makes a plan: cards and GGUF files by the broker of models (so that one which does not
fit is refused there, and the next is tried), ``remote:URL#MODEL`` by an OpenAI-compatible server. Local ones are
offered the actions that the encoder finds likely, all are kept to the schemas, and nothing is executed here. It needs
the extra ``models``, in a process of its own: langchain-core is not for the core.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import Any, ClassVar

from msgspec.structs import replace

from ..kernel.errors import BluerillError, CallerError, ServiceFault
from ..kernel.service import Call, Service, handles
from ..skills.messages import ActionInfo
from .messages import Consult, Planned
from .plan import REFUSAL
from .planner import fetch_catalogue, local_now

__all__ = ["LargerService"]

REMOTE = "remote:"
MOST_MODELS = 4
MOST_LOCAL = 12
"""Actions that a local model is told of: each costs some hundred tokens of prompt, and it is small."""
LOCAL_WITHIN_S = 7.0


class LargerService(Service):
    """``models`` are the owner's, in the order to ask them; ``skills`` is the service with the actions."""

    concurrency: ClassVar[int] = 1

    def __init__(self, models: Sequence[str] = (), skills: str = "skills", zone: str = "") -> None:
        if len(models) > MOST_MODELS:
            raise CallerError(f"expected at most {MOST_MODELS} models in [planner] model, got {len(models)}")
        self._models = tuple(models)
        self._skills, self._zone = skills, zone

    @handles(Consult)
    async def consult(self, request: Consult, call: Call) -> Planned:
        """Raises CallerError where the owner named no model, ServiceFault where none of them answered."""
        if not self._models:
            raise CallerError("no model is named for the planner; see settings.toml [planner] model")
        catalogue = await fetch_catalogue(self.port, self._skills, by_lease=True)
        actions = [action for action in catalogue.actions if not action.hidden]
        now = local_now(request.now, self.port.wall(), self._zone)
        troubles: list[str] = []
        refused: Planned | None = None
        for name in self._models:
            try:
                planned = await self._ask(name, actions, request, now)
            except BluerillError as error:
                self.port.log.warning("model %s: %s", name, error)
                troubles.append(f"{name}: {str(error).splitlines()[0][:120]}")
                continue
            why = f"the encoder was not sure; {name} was asked" + (f" ({'; '.join(troubles)})" if troubles else "")
            planned = replace(planned, why=why)
            if planned.calls:
                return planned
            refused = refused or planned
        if refused is None:
            raise ServiceFault(f"no model could be asked: {'; '.join(troubles)}")
        return replace(refused, reply=REFUSAL)

    async def _ask(self, name: str, actions: list[ActionInfo], request: Consult, now: datetime) -> Planned:
        from .tiers import ChatTier, model_named  # langchain-core, which only this process pays for

        likely = {each: place for place, each in enumerate(request.likely)}
        if name.startswith(REMOTE):
            tier = ChatTier(model_named(name), actions, "remote")
        else:
            some = sorted((each for each in actions if each.name in likely), key=lambda each: likely[each.name])
            tier = ChatTier(self._local(name), some[:MOST_LOCAL] or actions[:MOST_LOCAL], "larger")
        return await asyncio.to_thread(tier.plan, request.text, now, request.context)

    def _local(self, name: str) -> Any:
        from .broker_model import BluerillChatModel

        loop = asyncio.get_running_loop()

        def across(work: Coroutine[Any, Any, Any]) -> Any:
            return asyncio.run_coroutine_threadsafe(work, loop).result()

        return BluerillChatModel(port=self.port, model=name, within_s=LOCAL_WITHIN_S, runner=across)
