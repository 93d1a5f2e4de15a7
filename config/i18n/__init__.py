"""Texts for users: the values that the rules emit, and their translation into French and English."""
