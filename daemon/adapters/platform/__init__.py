"""What several adapters need of the operating system."""
