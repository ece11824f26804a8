"""Movements of the wrist as numbers: even samples, windows, features, and the small networks that read them."""
