"""The `vigicle` command as `python -m tray`.

Windows starts it so at login, without a console.
"""

import sys

from tray.cli.main import main

sys.exit(main())
