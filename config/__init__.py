"""What may differ between installations.

Settings, folders, texts, and the catalogue of procedures and modules.
"""

import config.light_imports  # noqa: F401 -- before all that loads msgspec
