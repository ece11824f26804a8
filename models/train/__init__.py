"""Training of the small models that this project makes itself."""
