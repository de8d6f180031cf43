"""A real Dovecot for tests: IMAP, delivery by LMTP, and log-ins by password or token (XOAUTH2).

Its tokens are JSON Web Tokens (RFC 7519) signed with a key that it knows, so it judges them by
itself: their signature, their user and their end.
"""

import base64
import hashlib
import hmac
import json
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Final

from tests.mail.places import Ports, quiet

USER: Final = "jared@piedpiper.com"
PASSWORD: Final = "kept secret"
KEY: Final = b"key-of-the-tests"
# Less room than any mail needs.
LITTLE_ROOM_BYTES: Final = 100
TRIES: Final = 100
# Pigeonhole answers no mail that says how to unsubscribe (RFC 5230 4.6); Exchange and Gmail do.
ABSENCE: Final = """
require ["editheader", "vacation"];
deleteheader "List-Unsubscribe";
vacation :days 1 :subject "Out of office" "I am away until Monday.";
"""
CONFIG: Final = Template("""
base_dir = $root/run
state_dir = $root/state
log_path = $root/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <$certificate
ssl_key = <$certificate
disable_plaintext_auth = no
auth_mechanisms = plain xoauth2
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_plugins = quota
first_valid_uid = 1
hostname = mx.piedpiper.com
submission_host = 127.0.0.1:$post
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = $root/oauth2.conf
}
passdb {
  driver = passwd-file
  mechanisms = plain
  args = username_format=%u $root/users
}
userdb {
  driver = passwd-file
  args = username_format=%u $root/users
  default_fields = uid=nobody gid=nogroup home=$root/mail/%u
}
namespace inbox {
  inbox = yes
  mailbox Sent {
    special_use = \\Sent
    auto = create
  }
}
service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = $imaps
  }
}
service lmtp {
  inet_listener lmtp {
    port = $lmtp
  }
}
service auth {
  inet_listener sasl {
    port = $sasl
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
protocol lmtp {
  mail_plugins = quota sieve
}
plugin {
  quota = count:User quota
  quota_vsizes = yes
  sieve = file:$root/sieve/%u.sieve
  sieve_extensions = +editheader
}
""")


class Dovecot:
    """A running server.

    Args:
        root: Where it lives, reachable for those as whom it runs.
        ports: Where it listens, and where the mail server is that sends for it.
        certificate: What it shows, with its key.
    """

    def __init__(self, root: Path, ports: Ports, certificate: Path) -> None:
        self._root = root
        self._config = root / "dovecot.conf"
        self._mail = root / "mail"
        keys = root / "keys" / "default" / "HS256"
        for folder in (keys, root / "run", root / "state", root / "sieve", self._mail):
            folder.mkdir(parents=True)
        (keys / "default").write_bytes(base64.b64encode(KEY))
        shutil.chown(self._mail, "nobody", "nogroup")
        shutil.chown(root / "sieve", "nobody", "nogroup")
        (root / "oauth2.conf").write_text(
            "introspection_mode = local\n"
            f"local_validation_key_dict = fs:posix:prefix={root}/keys/\n"
            "username_attribute = email\n"
        )
        (root / "users").touch()
        self._config.write_text(
            CONFIG.substitute(root=root, certificate=certificate, **ports.__dict__)
        )

    def start(self) -> None:
        quiet("dovecot", "-c", self._config, out=self._root / "out")

    def stop(self) -> None:
        subprocess.run(
            ["doveadm", "-c", self._config, "stop"], stdin=subprocess.DEVNULL, check=True
        )

    def log(self) -> str:
        return (self._root / "log").read_text()

    def add(self, *users: str, is_full: bool = False, is_away: bool = False) -> None:
        """Add people with mailboxes; whoever is away answers so by a sieve script.

        It looks into its list of users once a second at most, so this waits until it knows them.
        """
        room = f"userdb_quota_rule=*:bytes={LITTLE_ROOM_BYTES}" if is_full else ""
        with (self._root / "users").open("a") as file:
            for user in users:
                file.write(f"{user}:{{PLAIN}}{PASSWORD}::::::{room}\n")
                if is_away:
                    (self._root / "sieve" / f"{user}.sieve").write_text(ABSENCE)
        for _ in range(TRIES):
            if self._knows(users[-1]):
                return
            time.sleep(0.05)
        raise AssertionError(f"Dovecot does not know {users[-1]}")

    def _knows(self, user: str) -> bool:
        said = subprocess.run(
            ["doveadm", "-c", self._config, "user", user],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        return said.returncode == 0

    def kick(self, user: str) -> None:
        """End all connections of somebody; there must be some."""
        said = subprocess.run(
            ["doveadm", "-c", self._config, "kick", user],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        assert user in said.stdout, said.stdout

    def mails(self, user: str) -> Sequence[Path]:
        """Give the mails that somebody has not looked at, oldest first."""
        inbox = self._mail / user / "Maildir" / "new"
        return sorted(inbox.iterdir(), key=arrived_at) if inbox.exists() else []


def arrived_at(mail: Path) -> float:
    """Give when a mail lay in its mailbox, in seconds since 1970.

    Its name is changed then, which is the last that happens to a mail nobody looks at.
    """
    return mail.stat().st_ctime


def token(user: str = USER, *, lifetime: int = 3600, key: bytes = KEY) -> str:
    """Make a token that Dovecot takes; one with a negative lifetime has ended."""
    now = int(time.time())
    head = {"alg": "HS256", "typ": "JWT", "kid": "default"}
    claims = {"email": user, "sub": user, "iat": now - 10, "nbf": now - 10, "exp": now + lifetime}
    signed = f"{_part(head)}.{_part(claims)}"
    proof = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(proof).decode().rstrip('=')}"


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
