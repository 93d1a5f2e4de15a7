"""The probes of `doctor`."""
