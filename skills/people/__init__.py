"""People: their names, what they write, and how they are reached, through a provider."""
