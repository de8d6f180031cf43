"""The leads table as the queue: claims for mails and for errands, and what ends them."""
