"""Stats: numbers over what happened, each defined once in `figures.py`."""

from pomelo.stats.figures import CHANNELS, Channel
from pomelo.stats.model import CampaignStats, Report, StepStats, Wanted
from pomelo.stats.reading import list_reports, list_stats

__all__ = [
    "CHANNELS",
    "CampaignStats",
    "Channel",
    "Report",
    "StepStats",
    "Wanted",
    "list_reports",
    "list_stats",
]
