"""The tokens, through PKCS#11 modules in child processes."""
