"""Bytes of mail that strangers wrote, read with bounds; nothing here can raise or run long."""
