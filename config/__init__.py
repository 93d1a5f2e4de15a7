"""What may differ between installations: settings, folders, texts, and the catalogue of procedures and modules."""
