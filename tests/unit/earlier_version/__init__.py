"""Tests that files of the earlier version open as before."""
