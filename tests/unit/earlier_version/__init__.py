"""Files written by the version before the renaming, and tests that they open as they did."""
