"""The `vigicle` command."""


def main() -> int:
    """Run the command named on the command line."""
    return 0
