"""The workflows: current step, progress, and the cards in the readers."""
