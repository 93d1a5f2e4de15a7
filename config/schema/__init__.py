"""What settings and procedure files may hold, and how they are loaded."""
