"""The program in vigicle.app: the command line and its child processes."""

import sys


def main() -> int:
    """Run what the first argument names.

    Without arguments, as after a double click on the app, it is `run`.
    """
    match sys.argv[1:]:
        case ["token-child", *_]:
            from daemon.adapters.pkcs11.worker import main as read_tokens

            read_tokens()
            return 0
        case ["store-child", *_]:
            from daemon.adapters.certificate_store.worker import main as read_store

            read_store()
            return 0
        case ["guide-window", *options]:
            from tray.window.__main__ import main as show_guide

            return show_guide(options)
        case options:
            from tray.cli.main import main as command

            return command(options or ["run"])


if __name__ == "__main__":
    sys.exit(main())
