"""The only place that names concrete adapters: puts the watchman together for each command."""
