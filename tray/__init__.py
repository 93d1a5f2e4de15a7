"""The user interface: command line, icon, guide's window and text guide."""
