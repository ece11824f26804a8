"""The workshop: making a skill package, and trying one before anybody else does."""
