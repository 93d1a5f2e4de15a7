"""What decoding raises for bytes that are not what was agreed."""

import msgspec

DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""No JSON or not of its shape; a string that is no UTF-8; nested too deeply."""
