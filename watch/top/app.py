"""The monitor: services, memory, models, jobs and faults of a running device, live, in a terminal.

It looks once an interval and shows what it saw; it decides nothing. What the rows say is made in ``view.py`` and
``cells.py``, what keys do to the device is done by the source. A device that goes away is waited for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar, Literal, Protocol

from rich.text import Text
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import DataTable, Footer, Sparkline, Static

from ...agent.jobs.messages import JobView
from ...kernel.errors import BluerillError
from ...kernel.manifest import format_size
from . import cells
from .dialogs import Help, Question
from .style import CSS
from .theme import AMBER, FAINT, INK, RED, SOFT, THEME
from .view import HISTORY, SORTS, View, classes, headline, ledger, services, widths

Steer = Literal["cancel", "pause", "resume", "forget"]
ENDED = ("done", "failed", "cancelled")


class Source(Protocol):
    """Where it all comes from; see ``source.DeviceSource``."""

    async def look(self) -> View: ...

    async def restart(self, name: str) -> str: ...

    async def steer(self, number: int, to: Steer) -> str: ...

    async def close(self) -> None: ...


def _table(name: str) -> DataTable[Text]:
    return DataTable(id=name, cursor_type="row", cursor_foreground_priority="renderable")


class Monitor(App[None]):
    """``bluerill top``."""

    CSS = CSS
    TITLE = "bluerill"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (156, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sort", "Sort"),
        Binding("p", "pause", "Pause"),
        Binding("r", "restart", "Restart"),
        Binding("c", "cancel", "Cancel job"),
        Binding("space", "rest", "Job rests"),
        Binding("question_mark,h", "help", "Help"),
        Binding("q,ctrl+c", "quit", "Quit"),
    ]

    def __init__(self, source: Source, interval: float = 1.0) -> None:
        super().__init__()
        self._source = source
        self._interval = interval
        self._order = next(iter(SORTS))
        self._paused = False
        self._rates: deque[float] = deque([0.0], HISTORY)
        self._speeds: deque[float] = deque([0.0], HISTORY)
        self._jobs: dict[str, JobView] = {}
        self.seen: View | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="head")
        with VerticalScroll(id="body"):
            with Vertical(id="memory", classes="tile"):
                yield Static(id="ledger")
                yield Static(id="legend")
            with Horizontal(id="columns"):
                with Vertical(id="left"):
                    with Vertical(id="services-tile", classes="tile"):
                        yield _table("services")
                    with Vertical(id="jobs-tile", classes="tile"):
                        yield _table("jobs")
                        yield Static(id="job")
                        yield Static(id="jobs-none", classes="none")
                with Vertical(id="right"):
                    with Vertical(id="turns-tile", classes="tile"):
                        yield Static(id="turns")
                    with Horizontal(id="rates"):
                        with Vertical(classes="tile", id="rate-tile"):
                            yield Sparkline(id="rate")
                        with Vertical(classes="tile", id="speed-tile"):
                            yield Sparkline(id="speed")
                    with Vertical(id="models-tile", classes="tile"):
                        yield _table("models")
                        yield Static(id="models-none", classes="none")
                        yield Static(id="classes")
                    with Vertical(id="faults-tile", classes="tile"):
                        yield Static(id="faults")
        yield Footer()

    async def on_mount(self) -> None:
        self.register_theme(THEME)
        self.theme = THEME.name
        for name, heads in (
            ("services", cells.SERVICE_HEADS),
            ("models", cells.MODEL_HEADS),
            ("jobs", cells.JOB_HEADS),
        ):
            self._table(name).add_columns(*heads)
        for name, title in (
            ("memory", "memory"),
            ("services-tile", "services"),
            ("faults-tile", "recent faults"),
            ("models-tile", "models"),
            ("jobs-tile", "jobs"),
            ("turns-tile", "last turns"),
            ("rate-tile", "messages/s"),
            ("speed-tile", "tokens/s"),
        ):
            self.query_one(f"#{name}").border_title = title
        self._table("services").focus()
        await self.look()
        self.set_interval(self._interval, self.look)

    def _table(self, name: str) -> DataTable[Text]:
        return self.query_one(f"#{name}", DataTable)

    async def on_unmount(self) -> None:
        await self._source.close()

    # looking

    async def look(self) -> None:
        """Look once, unless paused."""
        if self._paused:
            return
        try:
            view = await self._source.look()
        except BluerillError as error:
            self._head(Text.assemble((" the device does not answer ", f"bold {RED}"), (str(error), SOFT)))
            return
        self.seen = view
        self._rates.append(view.status.messages_per_s)
        self._speeds.append(view.models.tokens_s if view.models is not None else 0.0)
        self.show_view()

    def show_view(self) -> None:
        """Show what was seen last."""
        view = self.seen
        if view is None:
            return
        self._head(Text(f" {headline(view.status)}", SOFT))
        self._memory(view)
        shown = services(view.status, self._order)
        self._fill("services", [(each.name, cells.service_row(each)) for each in shown])
        self.query_one("#services-tile").border_subtitle = f"sorted: {self._order}"
        self._models(view)
        self._show_jobs(view)
        self.query_one("#turns", Static).update(cells.turn_lines(view.turns[-3:]))
        faults = view.status.faults[-6:] or ["none"]
        self.query_one("#faults", Static).update(Text("\n".join(faults), FAINT if faults == ["none"] else AMBER))
        self.query_one("#rate", Sparkline).data = list(self._rates)
        self.query_one("#speed", Sparkline).data = list(self._speeds)
        self.query_one("#rate-tile").border_subtitle = f"{self._rates[-1]:.0f}"
        self.query_one("#speed-tile").border_subtitle = f"{self._speeds[-1]:.1f}"

    def _head(self, text: Text) -> None:
        mark = (" paused ", f"bold {AMBER} reverse") if self._paused else ("", "")
        self.query_one("#head", Static).update(Text.assemble((" ≋ bluerill ", f"bold {INK}"), text, " ", mark))

    def _memory(self, view: View) -> None:
        shares = ledger(view.status)
        bar = self.query_one("#ledger", Static)
        columns = max(10, bar.content_size.width or self.size.width - 6)
        bar.update(cells.ledger_bar(shares, widths(shares, columns)))
        self.query_one("#legend", Static).update(cells.ledger_legend(shares))
        promised = f"{format_size(view.status.reserved)} promised of {format_size(view.status.budget)}"
        self.query_one("#memory").border_subtitle = promised

    def _models(self, view: View) -> None:
        models = view.models
        residents = models.residents if models is not None else []
        self._fill("models", [(each.model, cells.model_row(each)) for each in residents])
        none = "this device has no model broker" if models is None else "no model is in memory"
        self._none("models", none, bool(residents))
        self.query_one("#classes", Static).update(cells.class_line(classes(models)) if models is not None else "")
        self.query_one("#models-tile").border_subtitle = (
            ""
            if models is None
            else f"{models.loads} loads, {models.evictions} evictions, {models.refusals} refused, {models.deaths} died"
        )

    def _show_jobs(self, view: View) -> None:
        jobs = view.jobs.jobs if view.jobs is not None else []
        self._jobs = {str(job.id): job for job in jobs}
        self._fill("jobs", [(str(job.id), cells.job_row(job, view.at)) for job in jobs])
        self._none("jobs", "no jobs; add one with: bluerill jobs add", bool(jobs))
        self._show_job()
        self.query_one("#jobs-tile").border_subtitle = view.jobs.holding[:60] if view.jobs is not None else ""

    def _show_job(self) -> None:
        job = self.query_one("#job", Static)
        said = cells.job_said(self._jobs.get(self._chosen("jobs")))
        job.display = bool(said)
        job.update(said)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        if event.data_table.id == "jobs":
            self._show_job()

    def _none(self, name: str, text: str, rows: bool) -> None:
        self._table(name).display = rows
        none = self.query_one(f"#{name}-none", Static)
        none.display = not rows
        none.update(Text(text, FAINT))

    def _fill(self, name: str, rows: Sequence[tuple[str, Sequence[Text]]]) -> None:
        """Show these rows, keeping the cursor on the one it is on."""
        table = self._table(name)
        held = [str(key.value) for key in table.rows]
        if held == [key for key, _ in rows]:
            for at, (_, row) in enumerate(rows):
                for column, cell in enumerate(row):
                    if table.get_cell_at((at, column)) != cell:  # type: ignore[arg-type]
                        table.update_cell_at((at, column), cell, update_width=True)  # type: ignore[arg-type]
            return
        chosen = self._chosen(name)
        table.clear()
        for key, row in rows:
            table.add_row(*row, key=key)
        keys = [key for key, _ in rows]
        if chosen in keys:
            table.move_cursor(row=keys.index(chosen), animate=False)

    def _chosen(self, name: str) -> str:
        """The key of the row the cursor is on, '' for none."""
        table = self._table(name)
        keys = [str(key.value) for key in table.rows]
        return keys[table.cursor_row] if 0 <= table.cursor_row < len(keys) else ""

    # doing

    def action_sort(self) -> None:
        names = list(SORTS)
        self._order = names[(names.index(self._order) + 1) % len(names)]
        self.show_view()

    async def action_pause(self) -> None:
        self._paused = not self._paused
        self.show_view()
        await self.look()

    def action_help(self) -> None:
        self.push_screen(Help())

    @work
    async def action_restart(self) -> None:
        name = self._chosen("services")
        if not name:
            return
        text = f"End [b]{name}[/b] and start it again?\n\nWho waits for it gets one error; what it has stored stays."
        if await self.push_screen_wait(Question(text, "Restart")):
            await self._tried(lambda: self._source.restart(name))

    @work
    async def action_cancel(self) -> None:
        job = self._jobs.get(self._chosen("jobs"))
        if job is None:
            return
        if job.state in ENDED:
            await self._tried(lambda: self._source.steer(job.id, "forget"))
        elif await self.push_screen_wait(Question(f"Cancel job {job.id}, [b]{job.title}[/b]?", "Cancel it")):
            await self._tried(lambda: self._source.steer(job.id, "cancel"))

    @work
    async def action_rest(self) -> None:
        job = self._jobs.get(self._chosen("jobs"))
        if job is not None:
            to: Steer = "resume" if job.state in ("paused", "failed") else "pause"
            await self._tried(lambda: self._source.steer(job.id, to))

    async def _tried(self, doing: Callable[[], Coroutine[Any, Any, str]]) -> None:
        """Do something to the device, and say what came of it."""
        try:
            self.notify(await doing())
        except BluerillError as error:
            self.notify(str(error), severity="error")
        await self.look()
