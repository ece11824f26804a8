"""The screen wing: faces, cards, and the renderer of the watch glass."""
