"""Opens pages, the vendor's tool, and mail drafts."""
