"""The only place that names concrete adapters: assembles each command."""

import daemon.adapters.platform.light_imports  # noqa: F401 -- before all that loads these libraries
