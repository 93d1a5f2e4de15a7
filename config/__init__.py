"""What may differ from one installation to the next: settings, folders, texts, and the catalogue of procedures and modules."""
