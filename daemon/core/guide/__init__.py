"""The guide: which step is next, and what is shown of it."""
