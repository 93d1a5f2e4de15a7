"""What a click on a notice or in the guide does."""
