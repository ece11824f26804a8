"""whisper-nano: a speech model of the Whisper architecture, trained from nothing on synthetic commands."""
