"""The guide's window: a program of its own that draws pages and sends back what the person chooses."""
