"""Support for tests of the core: factories and a simulator."""
