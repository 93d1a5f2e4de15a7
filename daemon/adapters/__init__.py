"""One package for each thing outside the daemon."""
