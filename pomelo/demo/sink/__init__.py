"""A strict SMTP server that keeps what it is sent and misbehaves where a script says so."""

from pomelo.demo.sink.script import Act, Delivered, Script, Stage
from pomelo.demo.sink.server import Sink, message_id

__all__ = ["Act", "Delivered", "Script", "Sink", "Stage", "message_id"]
