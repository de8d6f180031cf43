"""Insight: the production rules, asked instead of obeyed; why is nothing being sent?"""

from pomelo.insight.causes import MEANINGS, Cause
from pomelo.insight.explaining import NothingOfThatId, explain
from pomelo.insight.failing import failing_warnings
from pomelo.insight.model import Explained, Reason

__all__ = [
    "MEANINGS",
    "Cause",
    "Explained",
    "NothingOfThatId",
    "Reason",
    "explain",
    "failing_warnings",
]
