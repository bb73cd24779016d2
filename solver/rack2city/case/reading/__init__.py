"""From a case file to a checked case, and what is told of it: overrides, faults as sentences, inputs, the schema."""
