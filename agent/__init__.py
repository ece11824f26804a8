"""Floor 4: the planner, the session and its memory. See docs/architecture.md."""
