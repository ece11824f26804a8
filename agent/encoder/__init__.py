"""The encoder tier: a small network that reads what no template says. See docs/models/planner-encoder.md."""
