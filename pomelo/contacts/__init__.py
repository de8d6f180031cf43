"""Contacts: a person across campaigns, one row an address key; the lock that orders adds."""

from pomelo.contacts.actions import ensure, get, list_after, list_covered
from pomelo.contacts.companies import company_of
from pomelo.contacts.errors import ContactNotFound
from pomelo.contacts.model import Contact
from pomelo.contacts.store import find_by_key, forget, lock, set_companies

__all__ = [
    "Contact",
    "ContactNotFound",
    "company_of",
    "ensure",
    "find_by_key",
    "forget",
    "get",
    "list_after",
    "list_covered",
    "lock",
    "set_companies",
]
