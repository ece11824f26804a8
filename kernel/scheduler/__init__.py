"""Which model is in memory and whose turn it is: a pure policy. Events go in, decisions come out, nothing is awaited."""
