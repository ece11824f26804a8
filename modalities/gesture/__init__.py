"""The hands: what fingers on the glass and movements of the wrist mean."""
