"""One module for each thing outside: reader, token, clock, store, notices, programs, other processes."""
