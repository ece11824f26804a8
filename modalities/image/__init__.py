"""The eyes: what is in a picture, read in a process of its own, and never believed."""
