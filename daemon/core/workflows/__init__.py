"""Workflows: their current step, their progress, and the cards that end a step."""
