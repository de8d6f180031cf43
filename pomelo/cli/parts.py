"""What single sections of the API, and single background jobs, need of an installation."""

from collections.abc import Mapping

from pomelo.api.exports import Downloads, Links
from pomelo.api.leads import Adding
from pomelo.api.tracking import Tracker
from pomelo.base.failpoint import Failpoint
from pomelo.base.jobs import Jobs
from pomelo.cli.house import House
from pomelo.exports import Exporter, Folder, Streams
from pomelo.smtp import MailAccess, Timeouts
from pomelo.tracking import Signer


def app_parts(house: House) -> Mapping[type, object]:
    """Make the parts that API sections ask for."""
    signer = Signer(house.vault.signing_secret())
    parts: tuple[object, ...] = (
        Adding(house.database, house.clock),
        Tracker(house.database, signer),
        MailAccess(vault=house.vault, guard=house.guard, timeouts=smtp_timeouts(house)),
        Downloads(
            Folder(house.export_dir),
            Streams(house.database),
            Links(house.settings.export_links),
        ),
    )
    return {type(part): part for part in parts}


def register_jobs(house: House, jobs: Jobs) -> None:
    """Register every domain's background jobs."""
    failpoint = Failpoint(house.settings.failpoint)
    Exporter(house.database, house.clock, Folder(house.export_dir), failpoint).join(jobs)


def smtp_timeouts(house: House) -> Timeouts:
    """Give how long each stage of a conversation with a mail server may take."""
    settings = house.settings
    return Timeouts(
        connect=settings.smtp_connect_seconds,
        tls=settings.smtp_connect_seconds,
        command=settings.smtp_command_seconds,
        data=settings.smtp_data_seconds,
    )
