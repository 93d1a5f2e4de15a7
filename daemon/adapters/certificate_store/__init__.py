"""Keys as the operating system itself reads them."""
