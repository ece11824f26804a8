"""The bundled workloads: each file has ``prepare``, run outside the cap, and a class that is loaded inside it."""
