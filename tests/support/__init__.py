"""The test rig: real services, each private to one test, and cards made of software."""
