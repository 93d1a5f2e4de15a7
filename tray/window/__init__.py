"""The guide's window, a program of its own that draws pages."""
