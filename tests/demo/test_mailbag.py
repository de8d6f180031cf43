"""What the demo's people write back is what the product takes it for."""

from collections.abc import Callable

import pytest

from pomelo.demo import mailbag
from pomelo.demo.mailbag import Letter
from pomelo.demo.sink import Delivered
from pomelo.inbound import MailKind, understand
from pomelo.inbound.parse import parse

LETTER = Letter(
    sender="nora@growers.example",
    recipient="jürgen.groß@xn--mller-kva.example",
    subject="Pomelos for Café Sakura ☕",
    message_id="<token@growers.example>",
    in_reply_to="",
    pixel="http://127.0.0.1:1/t/o/x",
    links=(),
    leave="http://127.0.0.1:1/t/u/x",
    has_one_click=True,
)
MAIL = b"""\
From: Nora <nora@growers.example>\r
To: <lena@zwei-zeilen.example>\r
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r
Message-ID: <token@growers.example>\r
In-Reply-To: <before@growers.example>\r
List-Unsubscribe: <http://127.0.0.1:1/t/u/abc>,\r
 <mailto:nora@growers.example?subject=unsubscribe>\r
List-Unsubscribe-Post: List-Unsubscribe=One-Click\r
MIME-Version: 1.0\r
Content-Type: text/html; charset=utf-8\r
Content-Transfer-Encoding: quoted-printable\r
\r
<p>Hello <a href=3D"http://127.0.0.1:1/t/c/one">one</a>, <a href=3D"http://12=\r
7.0.0.1:1/t/c/two">two</a><img src=3D"http://127.0.0.1:1/t/o/pic" width=3D"1"></p>\r
"""


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (lambda: mailbag.reply(LETTER, "Yes, call me."), MailKind.REPLY),
        (lambda: mailbag.out_of_office(LETTER), MailKind.AUTO_REPLY),
        (lambda: mailbag.leave_by_mail(LETTER), MailKind.UNSUBSCRIBE),
        (
            lambda: mailbag.report(LETTER, action="failed", status="5.1.1", words="550 nobody"),
            MailKind.BOUNCE,
        ),
        (
            lambda: mailbag.report(LETTER, action="delayed", status="4.4.1", words="421 later"),
            MailKind.DELAYED,
        ),
    ],
    ids=["reply", "away", "unsubscribe", "bounce", "delay"],
)
def test_each_is_taken_for_what_it_is(write: Callable[[], bytes], kind: MailKind) -> None:
    assert understand(parse(write())).kind is kind


def test_a_reply_names_the_mail_it_answers() -> None:
    read = parse(mailbag.reply(LETTER, "Yes, call me."))

    assert read.in_reply_to == ("<token@growers.example>",)
    assert read.subject == "Re: Pomelos for Café Sakura ☕"
    assert understand(read).reply_text == "Yes, call me."


def test_a_mail_client_finds_what_there_is_to_fetch() -> None:
    mail = Delivered("nora@growers.example", ("lena@zwei-zeilen.example",), MAIL, 1, 0.0, 0.0)

    letter = mailbag.read(mail)

    assert letter.subject == "Grüße"
    assert letter.in_reply_to == "<before@growers.example>"
    assert letter.pixel == "http://127.0.0.1:1/t/o/pic"
    assert letter.links == ("http://127.0.0.1:1/t/c/one", "http://127.0.0.1:1/t/c/two")
    assert letter.leave == "http://127.0.0.1:1/t/u/abc"
    assert letter.has_one_click
