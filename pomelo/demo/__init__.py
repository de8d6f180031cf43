"""The demo: a small world of people who open, click, reply and bounce."""
