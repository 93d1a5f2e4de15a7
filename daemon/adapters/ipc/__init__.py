"""The control channel between the daemon and the command line."""
