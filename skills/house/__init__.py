"""The home behind the skill ``home``: what a provider of one must do, and the simulated one."""
