"""A message as a page: its links, its text part, and what is amiss in it."""
