"""How the networks for wrist gestures and activity are made: a simulated arm, recordings of people, and two short
trainings."""
