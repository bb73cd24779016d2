"""Files and nets of other programs, on the one Network."""
