"""Readers of model files: what is in them, from their headers alone, without trusting a byte of them."""
