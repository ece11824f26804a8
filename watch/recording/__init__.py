"""A session on file: everything that came from outside, what the device made of it, and the same once more."""
