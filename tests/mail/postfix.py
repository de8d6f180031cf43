"""A real Postfix for tests: it takes mail, delivers it to Dovecot, and reports what it cannot."""

import shutil
import subprocess
from pathlib import Path
from string import Template
from typing import Final

from tests.mail.places import Ports, quiet

DOMAINS: Final = "piedpiper.com hooli.com"
# Nobody answers there, so mail to it waits in the queue.
SLOW: Final = "slow.test"
MAIN: Final = Template("""
compatibility_level = 3.6
queue_directory = $root/spool
data_directory = $root/data
maillog_file = $root/log
maillog_file_prefixes = $root
myhostname = mx.piedpiper.com
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
recipient_delimiter = +
virtual_mailbox_domains = $domains
virtual_transport = lmtp:inet:127.0.0.1:$lmtp
default_transport = error:5.1.2 no route
relay_domains = $slow
transport_maps = inline:{$slow=smtp:[127.0.0.1]:1}
delay_warning_time = 1s
queue_run_delay = 2s
minimal_backoff_time = 2s
smtpd_tls_cert_file = $certificate
smtpd_tls_key_file = $certificate
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:$sasl
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
""")
# As Postfix brings it, without chroot and without any port but ours.
MASTER: Final = Template("""
127.0.0.1:$post inet n - n - - smtpd
127.0.0.1:$submission inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
""")


class Postfix:
    """A running mail server.

    Args:
        root: Where it lives.
        ports: Where it listens, and where Dovecot does.
        certificate: What it shows, with its key.
    """

    def __init__(self, root: Path, ports: Ports, certificate: Path) -> None:
        self._root = root
        self._config = root / "etc"
        for folder in (self._config, root / "spool", root / "data"):
            folder.mkdir(parents=True)
        shutil.chown(root / "data", "postfix")
        (self._config / "main.cf").write_text(
            MAIN.substitute(
                root=root, certificate=certificate, domains=DOMAINS, slow=SLOW, **ports.__dict__
            )
        )
        (self._config / "master.cf").write_text(MASTER.substitute(ports.__dict__))

    def start(self) -> None:
        quiet("postfix", "-c", self._config, "start", out=self._root / "out")

    def stop(self) -> None:
        subprocess.run(
            ["postfix", "-c", self._config, "stop"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )

    def log(self) -> str:
        return (self._root / "log").read_text()
