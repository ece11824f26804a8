"""Floor 2: the skill contract, the host that runs skills, the store, and the system skills."""
