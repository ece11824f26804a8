"""How the monitor is laid out: two columns where there is room for them, one below the other where not."""

CSS = """
Screen { background: $background; color: $foreground; }
#head { height: 1; background: $surface; }
#body { scrollbar-size-vertical: 1; padding: 0 1; }
.tile { border: round #2f3f54; border-title-color: #b0c0d2; border-title-style: bold; border-subtitle-color: #8ea1b6;
        padding: 0 1; background: $surface; height: auto; }
.tile:focus-within { border: round $primary; }
#memory { height: auto; }
#ledger { height: 1; }
#legend { height: auto; margin-top: 0; }
#columns { height: auto; }
#left, #right { height: auto; }
.-wide #left { width: 1fr; }
.-wide #right { width: 60; margin-left: 1; }
.-narrow #columns { layout: vertical; }
.-narrow #left, .-narrow #right { width: 1fr; margin: 0; }
#rates { height: 4; }
#rates .tile { width: 1fr; height: 4; }
#rate-tile { margin-right: 1; }
Sparkline { height: 2; }
Sparkline > .sparkline--max-color { color: $primary; }
Sparkline > .sparkline--min-color { color: #1f5a5c; }
DataTable { height: auto; max-height: 24; background: $surface; scrollbar-size: 1 1; overflow-x: auto; }
* { scrollbar-color: #2f3f54; scrollbar-color-hover: #44566b; scrollbar-color-active: $primary;
    scrollbar-background: $surface; scrollbar-background-hover: $surface; scrollbar-background-active: $surface;
    scrollbar-corner-color: $surface; }
DataTable > .datatable--header { background: $surface; color: #8ea1b6; text-style: none; }
DataTable > .datatable--even-row { background: $surface; }
#jobs { max-height: 16; }
.none { height: auto; }
#job { height: auto; margin-top: 1; color: #b0c0d2; }
#classes { height: auto; margin-top: 1; }
#faults, #turns { height: auto; }
Footer { background: $surface; }
ModalScreen { align: center middle; background: #0a0f16 70%; }
.dialog { width: auto; max-width: 76; height: auto; border: round $primary; background: $surface; padding: 1 3; }
.dialog Static { width: auto; max-width: 68; }
.buttons { width: auto; height: auto; margin-top: 1; }
.buttons Button { margin-right: 2; }
"""
