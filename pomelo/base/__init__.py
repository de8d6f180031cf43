"""Ground floor: what any server needs and nothing that knows of outreach."""
