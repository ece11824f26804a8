"""What plays: music, radio, podcasts and audiobooks, through a provider."""
