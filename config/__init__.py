"""What may differ between installations.

Settings, folders, texts, and the catalogue of procedures and modules.
"""
