"""What the stages of a run end in, as plain data: their JSON files, and the figures of `summary.json` among them.

Every attribute is a key of the file, SI, its unit at the end of its name; docs/summary.md says what each one means.
"""
