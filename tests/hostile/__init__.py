"""Input that means harm: what must never happen, whatever stands in a file, a plan or an answer."""
