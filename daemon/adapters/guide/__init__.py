"""The guide outside the daemon: its window in a process of its own, and whoever follows it through the door."""
