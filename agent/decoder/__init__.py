"""The decoder tier: tools that nobody was trained for, from their schemas alone. See docs/models/planner-decoder.md."""
