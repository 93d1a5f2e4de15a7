"""The rules, as pure functions of values.

Nothing here uses a clock, a file, a thread, a logger or the environment.
"""
