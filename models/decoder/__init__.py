"""A small decoder-only model that reads tools and a request and writes calls under a grammar."""
