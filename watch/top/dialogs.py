"""Questions and help, over the monitor."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

HELP = """[b]Keys[/b]

 [b]Tab[/b]        next table          [b]↑ ↓[/b]   choose a row
 [b]s[/b]          sort the services by the next column
 [b]p[/b]          pause: nothing moves until you press it again
 [b]r[/b]          restart the service that is chosen (asks first)
 [b]c[/b]          cancel the job that is chosen (asks first)
 [b]Space[/b]      let a job rest, or go on
 [b]?[/b]          this list
 [b]q[/b]          quit; the device goes on

[b]Memory[/b]

 [#58e2d1]██[/] anonymous: only given back when its owner ends
 [#5cb2ff]██[/] file-backed: can be read again from its file
 [#2a394c]██[/] promised to somebody and not used now
 [#8ea1b6]··[/] free    [#ffba5c]▒▒[/] headroom, promised to nobody
"""


class Question(ModalScreen[bool]):
    """Asks before something is ended. Yes by ``y`` or its button; everything else is no."""

    BINDINGS: ClassVar[list[BindingType]] = [("y", "answer(True)", "Yes"), ("n,escape,q", "answer(False)", "No")]

    def __init__(self, text: str, yes: str) -> None:
        super().__init__()
        self._text, self._yes = text, yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._text, id="question")
            with Horizontal(classes="buttons"):
                yield Button(f"{self._yes} (y)", variant="error", id="yes")
                yield Button("No (n)", id="no")

    def on_mount(self) -> None:
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)


class Help(ModalScreen[None]):
    """What the keys do and what the colours mean."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,question_mark,h,q,enter,space", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(HELP)

    def action_dismiss(self, result: None = None) -> None:  # type: ignore[override]
        self.dismiss(None)
