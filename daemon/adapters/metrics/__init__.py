"""Gathers the metrics of all accounts of a computer."""
