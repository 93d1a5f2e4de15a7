"""The channels a notice can take to the person, best first."""
