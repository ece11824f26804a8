"""Floor 1: the microkernel. It imports the standard library and msgspec, nothing else."""
