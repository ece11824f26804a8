"""Doing what the steps of jobs ask for: files and sound by the clerk, models by the broker, notes by the skills.

Everything is asked in the background lane, so that it is served after whatever a person waits for. What cannot be done
now (no memory, a busy recogniser, a full queue) is BudgetExceeded and tried again; what can never be done is
CallerError.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

import msgspec

from ...kernel.errors import BudgetExceeded, CallerError, CapabilityError, ServiceFault
from ...kernel.message import Body, Lane
from ...kernel.service import Port
from ...models.fetch_messages import FetchPart, PartFetched
from ...models.messages import MAX_PROMPT_CHARS, ChatMessage, Inference, Refused
from ...models.messages import Infer as AskModel
from ...skills.messages import Invoke, Invoked
from . import acts
from .acts import Act, Answer
from .journal import Journal
from .messages import (
    AppendLine,
    ChooseModel,
    ClaimFiles,
    FilesClaimed,
    HeadRead,
    HearPiece,
    LineAppended,
    LineRead,
    ModelChosen,
    PieceHeard,
    ReadHead,
    ReadLine,
)
from .search import Entry, packed

FILES_WITHIN_S = 20.0
HEAR_WITHIN_S = 180.0
INFER_WITHIN_S = 900.0
NOTES_WITHIN_S = 10.0
PART_S = 30.0
"""Of one part of a download."""
INDEX = "index"
PAGES = {"notes": "export_notes", "reminders": "export_reminders"}
"""The hidden actions that give a skill's texts page by page."""


class Prompt(msgspec.Struct, frozen=True):
    """A line of a file of prompts."""

    prompt: str = ""
    messages: list[ChatMessage] = []
    id: Any = None
    max_tokens: int = 0


class Effects:
    """Does acts. ``index_changed`` is called when the search index is another."""

    def __init__(
        self,
        port: Port,
        journal: Journal,
        index_changed: Callable[[], None],
        clerk: str = "clerk",
        models: str = "models",
        skills: str = "skills",
        fetcher: str = "fetcher",
    ) -> None:
        self._port = port
        self._journal = journal
        self._index_changed = index_changed
        self._clerk, self._models, self._skills, self._fetcher = clerk, models, skills, fetcher
        self._ways: dict[type[Act], Callable[[Any], Awaitable[Answer]]] = {
            acts.Claim: self._claim,
            acts.Hear: self._hear,
            acts.Complete: self._complete,
            acts.Gather: self._gather,
            acts.Choose: self._choose,
            acts.Write: self._write,
            acts.Learn: self._learn,
            acts.Prune: self._prune,
            acts.Head: self._head,
            acts.Fetch: self._fetch,
        }

    async def do(self, act: Act) -> Answer:
        """The answer to an act. Raises CallerError, BudgetExceeded, ServiceFault."""
        return await self._ways[type(act)](act)

    async def _files(self, body: Body, expect: type[Any], within: float = FILES_WITHIN_S) -> Any:
        return await self._port.ask(self._clerk, body, expect, within=within, lane=Lane.BACKGROUND)

    async def _claim(self, act: acts.Claim) -> Answer:
        found: FilesClaimed = await self._files(ClaimFiles(act.input, act.output, act.sound), FilesClaimed)
        size = f"{found.seconds:.0f} s of sound" if act.sound else f"{found.size} bytes"
        note = f"{found.input}: {size}, to {found.output}"
        return acts.Claimed(note, found.input, found.output, found.size, found.seconds, found.stamp)

    async def _hear(self, act: acts.Hear) -> Answer:
        body = HearPiece(act.input, act.stamp, act.start_s, act.output, act.written, act.model, act.language)
        heard: PieceHeard = await self._files(body, PieceHeard, HEAR_WITHIN_S)
        what = f"“{heard.text[:120]}”" if heard.text else "not understood" if heard.speech else "silence"
        note = f"{act.start_s:.1f} to {heard.next_s:.1f} s: {what}"
        return acts.Piece(
            note, heard.next_s, heard.written, len(heard.text.split()), heard.speech, bool(heard.text), heard.engine
        )

    async def _complete(self, act: acts.Complete) -> Answer:
        line: LineRead = await self._files(ReadLine(act.input, act.stamp, act.at), LineRead)
        if line.next == act.at:
            return acts.Completed("", act.at, act.written, end=True)
        if not line.text.strip():
            return acts.Completed("an empty line", line.next, act.written)
        row: dict[str, Any]
        tokens = 0
        failed = ""
        number: Any = None
        try:
            prompt = _prompt(line.text)
            number = prompt.id
            done = await self._infer(
                AskModel(
                    act.model,
                    prompt=prompt.prompt,
                    messages=prompt.messages,
                    max_tokens=prompt.max_tokens or act.max_tokens,
                    klass="background",
                )
            )
            tokens = done.usage.generated
            row = {
                "id": number, "text": done.text, "finish": done.finish, "prompt_tokens": done.usage.prompt,
                "tokens": tokens,
            }  # fmt: skip
        except CapabilityError:
            raise
        except CallerError as error:
            failed = str(error)[:300]
            row = {"id": number, "error": failed}
        text = msgspec.json.encode(row).decode()
        kept: LineAppended = await self._files(AppendLine(act.output, act.written, text), LineAppended)
        note = f"byte {act.at}: {failed or f'{tokens} tokens'}"
        return acts.Completed(note, line.next, kept.written, tokens, failed)

    async def _infer(self, body: AskModel) -> Inference:
        answer = await self._port.ask(self._models, body, Body, within=INFER_WITHIN_S, lane=Lane.BACKGROUND)
        if isinstance(answer, Inference):
            return answer
        if not isinstance(answer, Refused):
            raise ServiceFault(f"{self._models!r} answered an inference with {answer.wire!r}")
        if answer.retry_after_s > 0:
            raise BudgetExceeded(f"model {body.model!r} cannot be used now: {answer.reason}")
        raise CallerError(f"model {body.model!r}: {answer.reason}")

    async def _gather(self, act: acts.Gather) -> Answer:
        action = PAGES.get(act.source)
        if action is None:
            raise CallerError(f"there are no texts of {act.source[:40]!r}; there are those of {', '.join(PAGES)}")
        body = Invoke(action, {"after": act.after} if act.after else {})
        page = await self._port.ask(self._skills, body, Invoked, within=NOTES_WITHIN_S, lane=Lane.BACKGROUND)
        documents = msgspec.convert(page.result["texts"], list[acts.Document])
        return acts.Gathered(f"{len(documents)} {act.source}", documents, bool(page.result["more"]))

    async def _choose(self, act: acts.Choose) -> Answer:
        chosen: ModelChosen = await self._files(ChooseModel(act.purpose, act.model), ModelChosen)
        return acts.Chosen(f"model: {chosen.model or 'none'}", chosen.model)

    async def _write(self, act: acts.Write) -> Answer:
        messages = [ChatMessage("system", act.task), ChatMessage("user", act.text)]
        done = await self._infer(
            AskModel(act.model, messages=messages, max_tokens=act.max_tokens, klass="background", prefix_key=act.task)
        )
        return acts.Wrote(f"{done.usage.generated} tokens", done.text[:4000])

    async def _learn(self, act: acts.Learn) -> Answer:
        held = await self._journal.rows(INDEX)
        rows: dict[str, Any] = {}
        for document in act.documents:
            key = f"{act.source}/{document.id}"
            row = held.get(key)
            if row is not None and row["text"] == document.text and row.get("model", "") == act.model:
                continue
            vector = packed(await self.embed(act.model, document.text, Lane.BACKGROUND)) if act.model else ""
            rows[key] = {"text": document.text, "model": act.model, "vector": vector}
        if rows:
            await self._journal.write(INDEX, rows)
            self._index_changed()
        return acts.Learned(f"{len(rows)} of {len(act.documents)} texts new", len(rows), len(act.documents) - len(rows))

    async def _prune(self, act: acts.Prune) -> Answer:
        keep = {f"{act.source}/{each}" for each in act.keep}
        held = await self._journal.rows(INDEX)
        gone = [key for key in held if key.startswith(act.source + "/") and key not in keep]
        for at in range(0, len(gone), 200):
            await self._journal.write(INDEX, dict.fromkeys(gone[at : at + 200]))
        if gone:
            self._index_changed()
        return acts.Pruned(f"{len(gone)} texts forgotten", len(gone))

    async def _head(self, act: acts.Head) -> Answer:
        head: HeadRead = await self._files(ReadHead(act.output, act.most), HeadRead)
        return acts.Headed("", head.text)

    async def _fetch(self, act: acts.Fetch) -> Answer:
        part = await self._port.ask(
            self._fetcher, FetchPart(act.model, PART_S), PartFetched, within=PART_S + 60.0, lane=Lane.BACKGROUND
        )
        note = "the whole model is here" if part.ready else f"{part.file}: {part.done} of {part.total or '?'} bytes"
        return acts.Fetched(note, part.ready, part.done, part.total)

    # the search index

    async def entries(self) -> list[Entry]:
        """Everything indexed."""
        rows = await self._journal.rows(INDEX)
        found: list[Entry] = []
        for key, row in rows.items():
            source, _, number = key.partition("/")
            found.append(Entry(source, number, row["text"], row.get("vector", ""), row.get("model", "")))
        return found

    async def embed(self, model: str, text: str, lane: Lane) -> list[float]:
        """The vector of a text. Raises as an inference does."""
        klass = "background" if lane is Lane.BACKGROUND else "interactive"
        body = AskModel(model, "embed", prompt=text[:4000], klass=klass)  # type: ignore[arg-type]
        answer, lease = await self._port.ask_any(self._models, body, within=30.0)
        data = lease.bytes() if lease is not None else b""
        if lease is not None:
            lease.release()
        if isinstance(answer, Refused):
            raise BudgetExceeded(f"model {model!r} cannot be used now: {answer.reason}")
        if not isinstance(answer, Inference) or not answer.tensors:
            raise ServiceFault(f"model {model!r} gave no vector")
        tensor = answer.tensors[0]
        raw = (data or answer.data)[tensor.offset : tensor.offset + (tensor.size or len(data or answer.data))]
        if tensor.dtype != "float32" or len(raw) % 4:
            raise ServiceFault(f"model {model!r} gave a vector of {tensor.dtype}, expected float32")
        return cast("list[float]", memoryview(raw).cast("f").tolist())


def _prompt(line: str) -> Prompt:
    """A line as a prompt. Raises CallerError."""
    try:
        prompt = msgspec.json.decode(line, type=Prompt)
    except (msgspec.DecodeError, ValueError) as error:
        raise CallerError(f"expected a JSON object with prompt or messages: {error}") from None
    if bool(prompt.prompt) == bool(prompt.messages):
        raise CallerError("expected either prompt or messages")
    size = len(prompt.prompt) + sum(len(each.content) for each in prompt.messages)
    if size > MAX_PROMPT_CHARS:
        raise CallerError(f"a prompt has at most {MAX_PROMPT_CHARS} characters, got {size}")
    return prompt
