"""Faces made from words and pictures: words → brief → document and resources → measured → mended."""
