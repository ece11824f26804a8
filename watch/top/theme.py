"""The monitor's colours: those of the page's dark mode."""

from __future__ import annotations

from textual.theme import Theme

GROUND, PANEL, LINE, TRACK = "#0a0f16", "#131b26", "#2f3f54", "#2a394c"
INK, SOFT, FAINT = "#eaf1f8", "#b0c0d2", "#8ea1b6"
TEAL, BLUE, VIOLET, AMBER, RED, GREEN = "#58e2d1", "#5cb2ff", "#b096ff", "#ffba5c", "#ff8f85", "#70e296"

THEME = Theme(
    name="bluerill",
    primary=TEAL,
    secondary=BLUE,
    accent=VIOLET,
    warning=AMBER,
    error=RED,
    success=GREEN,
    foreground=INK,
    background=GROUND,
    surface=PANEL,
    panel=PANEL,
    boost=TRACK,
    dark=True,
    variables={
        "border": TEAL,
        "border-blurred": LINE,
        "footer-key-foreground": TEAL,
        "block-cursor-background": "#1f4a52",
        "block-cursor-foreground": INK,
        "block-cursor-blurred-background": PANEL,
        "block-cursor-blurred-foreground": INK,
    },
)
