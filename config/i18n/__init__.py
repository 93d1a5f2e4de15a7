"""Texts for users, and their translation into French and English."""
