"""The only place that names concrete adapters: assembles each command."""
