"""Vector drawables, Android's ``<vector>`` documents: path data, filling, and the drawing of a whole document."""
