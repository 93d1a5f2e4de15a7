"""What the tests of the rules share: values with defaults, and a world that answers like the adapters."""
