"""Values as TOML, for tests that write configuration."""

import json


def toml(value: object) -> str:
    """Write one value as TOML."""
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case float():
            return str(value)
        case _:
            return json.dumps(value)
