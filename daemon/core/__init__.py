"""The rules, as pure functions of values: no clock, file, thread, logger or environment."""
