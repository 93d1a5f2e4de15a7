"""What the person meets: the command line, and later the icon and the guide."""
