"""A small text encoder that labels a request and tags its words: WordPiece and an ONNX graph."""
