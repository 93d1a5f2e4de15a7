"""The card readers, through the PC/SC service."""
