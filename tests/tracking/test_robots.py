"""Who fetched it: the rules that need no history, each with its counter-example."""

from datetime import timedelta

import pytest

from pomelo.tracking import Visit, machine

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)


@pytest.mark.parametrize(
    ("agent", "method", "seconds", "reason"),
    [
        (BROWSER, "GET", 60, None),
        (BROWSER, "HEAD", 60, "head"),
        (BROWSER, "GET", 4.9, "too_fast"),
        (BROWSER, "GET", 5, None),
        ("Mozilla/5.0", "GET", 600, "apple_mpp"),
        (PREFETCH, "GET", 600, "gmail_prefetch"),
        (GMAIL, "GET", 60, None),
        (GMAIL, "GET", 1, "too_fast"),
        ("YahooMailProxy; https://help.yahoo.com", "GET", 60, None),
        ("", "GET", 60, "scanner_ua"),
        ("curl/8.5.0", "GET", 60, "scanner_ua"),
        ("Go-http-client/1.1", "GET", 60, "scanner_ua"),
        ("python-requests/2.32", "GET", 60, "scanner_ua"),
        ("Mozilla/5.0 (compatible; Barracuda Sentinel)", "GET", 60, "scanner_ua"),
        ("Mozilla/5.0 (X11) HeadlessChrome/120.0", "GET", 60, "scanner_ua"),
        ("Mozilla/5.0 Proofpoint URL Defense", "GET", 60, "scanner_ua"),
    ],
)
def test_a_visit_is_judged(agent: str, method: str, seconds: float, reason: str | None) -> None:
    visit = Visit(method=method, agent=agent, after=timedelta(seconds=seconds))

    assert machine(visit) == reason


def test_a_visit_before_the_mail_was_handed_over_is_a_machines() -> None:
    assert machine(Visit(method="GET", agent=BROWSER, after=None)) == "too_fast"
