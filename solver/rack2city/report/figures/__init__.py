"""The figures of the report: matplotlib figures in one look, and the picture of the plate."""
