"""The fault campaign: real parts under external faults (docs/faults.md)."""
