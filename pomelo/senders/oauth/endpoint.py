"""The conversation with a provider's token endpoint: one form out, one answer back.

Whatever goes wrong on the way is an answer too: another time may be better.
"""

import asyncio
import ssl
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pomelo.base.errors import Invalid
from pomelo.base.outgoing import Guard
from pomelo.base.tls import trusted
from pomelo.senders.model import Provider
from pomelo.senders.oauth.answers import Answer, Trouble, read
from pomelo.senders.oauth.providers import Client, ProviderNotSet

Result = TypeVar("Result")
# All of it: somebody waits, or a mail does.
ANSWER_SECONDS: Final = 20.0
HTTPS: Final = frozenset({443})


@dataclass(frozen=True, kw_only=True)
class OAuth:
    """What it takes to speak with the providers at which this installation is registered.

    Args:
        clients: The installation as each of them knows it.
        guard: Says which hosts may be reached.
        context: Which certificates are trusted.
        answer_seconds: How long an answer may take in all.
    """

    clients: Mapping[Provider, Client] = field(default_factory=dict)
    guard: Guard = field(default_factory=lambda: Guard((), HTTPS))
    context: ssl.SSLContext = field(default_factory=trusted)
    answer_seconds: float = ANSWER_SECONDS
    _under_way: set["asyncio.Task[Any]"] = field(default_factory=set, init=False, repr=False)

    def client(self, provider: Provider) -> Client:
        """Give the installation as a provider knows it.

        Raises:
            ProviderNotSet: It is not registered there.
        """
        found = self.clients.get(provider)
        if found is None:
            raise ProviderNotSet(provider)
        return found

    async def ask(self, client: Client, form: Mapping[str, str]) -> Answer:
        """Post a form to a provider's token endpoint; never raises."""
        # A fifth of a second of imports that most commands never need.
        import httpcore  # noqa: PLC0415
        import httpx  # noqa: PLC0415

        from pomelo.base import outgoing_http  # noqa: PLC0415

        lost = (
            *(httpx.HTTPError, httpx.InvalidURL, OSError),
            *(httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol),
        )
        try:
            async with (
                asyncio.timeout(self.answer_seconds),
                outgoing_http.client(self.guard, self.context) as http,
                http.stream("POST", client.token_url, data=dict(form)) as answer,
            ):
                # Read as it came: nobody knows how much comes out of what is packed.
                body = b"".join([piece async for piece in answer.aiter_raw()])
        except TimeoutError:
            return Trouble("does not answer in time")
        except Invalid as refused:
            return Trouble(f"cannot be asked ({refused})")
        except lost as error:
            return Trouble(f"cannot be reached ({type(error).__name__})")
        return read(answer.status_code, body)

    async def finish(self, exchange: Coroutine[Any, Any, Result]) -> Result:
        """Do something to its end, even if who waits for it is called away.

        What was asked of a provider may be spent by then: its answer must be kept.
        """
        task = asyncio.create_task(exchange)
        self._under_way.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: "asyncio.Task[Any]") -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # whoever still waited has seen it
