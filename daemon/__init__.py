"""The daemon: a pure core, its ports, and their adapters."""
