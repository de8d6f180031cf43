"""What a server renames our mail to, as its answer tells."""

import pytest

from pomelo.messages.replies import effective_id, read_reply


@pytest.mark.parametrize(
    ("text", "host", "expected"),
    [
        (
            "2.0.0 OK <AM1@AM1.prod.outlook.com> [Hostname=x]",
            "smtp.example",
            "<AM1@AM1.prod.outlook.com>",
        ),
        ("2.6.0 <a@b.example> [InternalId=1] Queued mail", "smtp.example", "<a@b.example>"),
        (
            "Ok 0102018f3a7c1b2d-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f-000000",
            "email-smtp.eu-west-1.amazonaws.com",
            "<0102018f3a7c1b2d-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f-000000@eu-west-1.amazonses.com>",
        ),
        (
            "Ok 0100018f3a7c1b2d-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f-000000",
            "email-smtp.us-east-1.amazonaws.com",
            "<0100018f3a7c1b2d-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f-000000@email.amazonses.com>",
        ),
        ("Ok 0102018f3a7c1b2d-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f-000000", "smtp.example", None),
        ("2.0.0 Ok: queued as 4F2B71C0", "smtp.example", None),
        ("<richard@piedpiper.com> accepted", "smtp.example", None),
        ("2.0.0 OK 1700000000 a1-20020a gsmtp", "smtp.gmail.com", None),
    ],
)
def test_a_provider_that_renames_our_mail_is_understood(
    text: str, host: str, expected: str | None
) -> None:
    assert effective_id(read_reply(250, text), host) == expected
