"""What the name system publishes of a domain that mail is sent from, and whether it is well."""

from pomelo.inbound.published.names import Answer, AskNames, NoName, ask_names

__all__ = ["Answer", "AskNames", "NoName", "ask_names"]
