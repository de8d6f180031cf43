"""Speed claims, each beside its physical limit, measured in turns in one run."""
