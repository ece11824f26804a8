"""The engine ``llama``: GGUF models by llama.cpp, stepped token by token through its C interface."""
