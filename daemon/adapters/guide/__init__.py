"""The guide outside the core: its pages, its subscribers and its window."""
