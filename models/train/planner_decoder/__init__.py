"""How the planner's decoder is made; see README.md."""
