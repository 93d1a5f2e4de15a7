"""The `vigicle` command."""
