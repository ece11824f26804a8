"""The voice wing: capture, turn taking, speech to text, text to speech."""
