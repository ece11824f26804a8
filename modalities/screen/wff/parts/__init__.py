"""The parts of a face that can be seen, one kind a file: each turns a frame into stamps."""
