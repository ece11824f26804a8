"""How the planner's encoder is made; see README.md."""
