"""A provider's leave to use a mailbox: asked for, kept encrypted, renewed ahead of its end."""
