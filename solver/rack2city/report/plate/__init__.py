"""What reports say of one cold plate: its blocks in the report of a run, and a report of its own."""
