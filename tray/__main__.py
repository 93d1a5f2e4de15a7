"""`python -m tray`: the `vigicle` command where no script can start it (Windows, at login, without a console)."""

import sys

from tray.cli.main import main

sys.exit(main())
