"""The database's history, one SQL file a step, forward only."""
