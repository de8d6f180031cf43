"""One file a claim: what is measured, beside what."""
