"""The program in vigicle.app: the command, and the children that it starts as sub-commands of itself."""

import sys


def main() -> int:
    """Do what the first argument names; none at all, a double click on the app, is `run`."""
    match sys.argv[1:]:
        case ["token-child", *_]:
            from daemon.adapters.pkcs11.worker import main as read_tokens

            read_tokens()
            return 0
        case ["guide-window", *options]:
            from tray.window.__main__ import main as show_guide

            return show_guide(options)
        case options:
            from tray.cli.main import main as command

            return command(options or ["run"])


if __name__ == "__main__":
    sys.exit(main())
