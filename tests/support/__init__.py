"""Support for tests: real private services, and smart cards in software."""
