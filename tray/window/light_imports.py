"""Loads PySide6 without its hook on imports.

The hook serves `from __feature__ import` alone. It would read and keep the source of each module that is imported
afterwards, in search of PySide6's name: 2.5 MiB.
"""

import builtins

import PySide6.QtCore  # noqa: F401

builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)  # PySide6 keeps Python's own there
