"""Wakes the daemon at due moments and after sleep."""
