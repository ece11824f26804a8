"""Floor 3: voice, screen, and the other ways in and out. Wings never import each other."""
