"""The fault campaign: what may go wrong outside, made to happen to real parts (docs/faults.md)."""
