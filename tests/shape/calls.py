"""How each operation is called: whatever it needs beside the ids in its path."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from pomelo.api.contract import AnyOperation, Permission
from pomelo.api.table import OPERATIONS
from tests.shape.world import Things

NAME: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Ask:
    """One way to call an operation; `{names}` stand for things of a team.

    Args:
        query: Parameters of the query.
        body: The JSON body.
        like: Which thing a name means, where it is not called so.
        own: The same, only when the caller means something of their own.
        status: What a good call is answered with.
    """

    query: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    like: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    status: int = 200

    def names(self, operation: AnyOperation) -> tuple[str, ...]:
        """Name everything of a team that the call speaks of."""
        said = json.dumps([operation.path, self.query, self.body])
        return tuple(dict.fromkeys(NAME.findall(said)))

    def request(self, operation: AnyOperation, things: Things) -> dict[str, Any]:
        """Give the request with the things put in."""
        path = NAME.sub(lambda name: quote(things[name.group(1)], safe="@"), operation.path)
        return {
            "method": operation.method,
            "url": path,
            "params": _filled(self.query, things),
            "json": _filled(self.body, things),
        }


@dataclass(frozen=True)
class Case:
    """A call in which some names mean another team's things, the others the caller's own."""

    operation: AnyOperation
    ask: Ask
    strange: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "-".join([self.operation.id, *self.strange])

    def request(self, own: Things, others: Things) -> dict[str, Any]:
        """Give the request, with the caller's things and the strange ones put in."""
        names = self.ask.names(self.operation)
        things = {name: own[self.ask.own.get(name, self.thing(name))] for name in names}
        things |= {name: others[self.thing(name)] for name in self.strange}
        return self.ask.request(self.operation, things)

    def thing(self, name: str) -> str:
        return self.ask.like.get(name, name)


def _filled(value: object, things: Things) -> object:
    text = NAME.sub(lambda name: things[name.group(1)], json.dumps(value))
    return json.loads(text) or None


RECEIVER: Final = {"targetUrl": "http://127.0.0.1/pomelo", "secret": "squirrel"}
MAILBOX: Final = {
    "sender_name": "Jared Dunn", "sender_email": "jared@bachmanity.com",
    "smtp_host": "127.0.0.1", "smtp_port": 2525, "smtp_login": "", "userId": "{userId}",
}  # fmt: skip
FROM: Final = {"sendUserId": "{userId}", "sendUserMailboxId": "{senderId}"}
MORNINGS: Final = {
    "name": "Mornings", "timezone": "Europe/Paris",
    "start": "08:00", "end": "12:00", "weekdays": [1],
}  # fmt: skip
SPAN: Final = {"startDate": "2026-01-01", "endDate": "2036-01-01"}
STEP: Final = {"type": "email", "subject": "Hello", "message": "<p>Hi</p>"}
PLAIN: Final = (Ask(),)
# A person is named by an id of one of their leads, or by their address.
PERSON: Final = (
    Ask(like={"idOrEmail": "leadId"}),
    Ask(like={"idOrEmail": "email"}),
    Ask(like={"idOrEmail": "email"}, query={"campaignId": "{campaignId}"}),
)
LEAD: Final = (Ask(), Ask(like={"email": "leadId"}))

CALLS: Final[Mapping[str, tuple[Ask, ...]]] = {
    "reports_list": (Ask(query={"campaignIds": "{campaignId},{runningId}"}),),
    "stats_of_campaign": (Ask(query=SPAN), Ask(query={**SPAN, "channels": '["email"]'})),
    "stats_of_campaign_by_old_path": (Ask(query={**SPAN, "timezone": "Europe/Paris"}),),
    "stats_batch": (Ask(body={**SPAN, "campaignIds": ["{campaignId}"]}),),
    "campaigns_list": (Ask(query={"createdBy": "{userId}"}), Ask(query={"version": "v2"})),
    "campaigns_create": (Ask(body={"name": "Campaign2"}),),
    "campaigns_get": PLAIN,
    "campaigns_change": (
        Ask(body={"name": "Campaign2"}),
        Ask(body={"senderIds": ["{senderId}"]}),
        Ask(body={"sendUserIds": ["{userId}"]}),
    ),
    "campaigns_start": PLAIN,
    "campaigns_pause": (Ask(like={"campaignId": "runningId"}),),
    "sequences_list_of_campaign": PLAIN,
    "sequences_add_step": (Ask(body=STEP),),
    "sequences_change_step": (Ask(body=STEP),),
    "sequences_delete_step": PLAIN,
    "send_tests_send": (Ask(body={"leadId": "{leadId}", "to": "me@bachmanity.com"}),),
    "step_previews_show": (Ask(query={"leadId": "{leadId}"}),),
    "bulk_start": (
        Ask(body={"action": "pause"}),
        Ask(body={"action": "move", "to": "{senderId}"}, like={"campaignId": "runningId"}),
    ),
    "bulk_list_of_campaign": PLAIN,
    "bulk_get": PLAIN,
    "bulk_cancel": PLAIN,
    "schedules_list": PLAIN,
    "schedules_create": (Ask(body=MORNINGS),),
    "schedules_get": PLAIN,
    "schedules_change": (Ask(body={"name": "Mornings"}),),
    "schedules_delete": PLAIN,
    "schedules_list_of_campaign": PLAIN,
    "schedules_attach": PLAIN,
    "leads_add": (
        Ask(body={"firstName": "Bertram"}, own={"email": "newcomer"}),
        Ask(body={"firstName": "B"}, query={"deduplicate": "true"}, own={"email": "newcomer"}),
    ),
    "leads_add_by_body": (Ask(body={"email": "{email}"}, own={"email": "newcomer"}),),
    "leads_list": PLAIN,
    "leads_get": LEAD,
    "lead_updates_change": tuple(Ask(body={"firstName": "Dick"}, like=ask.like) for ask in LEAD),
    "lead_updates_leave": (
        Ask(),
        *(Ask(query={"action": "remove"}, like=ask.like) for ask in LEAD),
    ),
    "lead_lookups_look_up": (
        Ask(query={"id": "{leadId}"}),
        Ask(query={"email": "{email}"}),
    ),
    "lead_lookups_get": (
        Ask(),
        Ask(query={"version": "v2"}),
        Ask(query={"campaignId": "{campaignId}"}),
    ),
    "lead_marks_pause": PERSON,
    "lead_marks_start": PERSON,
    "lead_marks_interested": PERSON,
    "lead_marks_notinterested": PERSON,
    "lead_marks_skip": PERSON,
    "lead_marks_meetingbooked": PERSON,
    "lead_marks_meetingbooked_in_campaign": LEAD,
    "lead_marks_review": PERSON,
    "lead_marks_interested_in_campaign": LEAD,
    "lead_marks_notinterested_in_campaign": LEAD,
    "lead_variables_add": (Ask(body={"shade": "dark"}),),
    "lead_variables_change": (Ask(body={"colour": "red"}),),
    "lead_variables_erase": (Ask(query={"colour": ""}),),
    "activities_list": (
        Ask(),
        Ask(query={"campaignId": "{campaignId}"}),
        Ask(query={"leadId": "{leadId}"}),
    ),
    "tasks_list": (
        Ask(),
        Ask(query={"filters": '[{"id": "campaignId", "in": ["{campaignId}"]}]'}),
    ),
    "tasks_add": (
        Ask(
            body={
                "recordId": "{leadId}",
                "type": "phone",
                "assignedTo": "{userId}",
                "dueDate": "2026-12-01",
            }
        ),
    ),
    "tasks_change": (
        Ask(body={"id": "{taskId}", "done": True}),
        Ask(body={"id": "{taskId}", "assignedTo": "{userId}"}),
    ),
    "tasks_ignore": (Ask(body={"ids": ["{taskId}"]}),),
    "unsubscribes_list": PLAIN,
    "unsubscribes_get": PLAIN,
    "unsubscribes_add": PLAIN,
    "unsubscribes_remove": PLAIN,
    "unsubscribes_export": PLAIN,
    "unsubscribes_export_by_old_path": PLAIN,
    "unsubscribe_variables_list": PLAIN,
    "unsubscribe_variables_add_many": (Ask(body={"values": ["{value}"]}),),
    "unsubscribe_variables_get": PLAIN,
    "unsubscribe_variables_add": PLAIN,
    "unsubscribe_variables_remove": PLAIN,
    "unsubscribe_variables_get_contact": PLAIN,
    "unsubscribe_variables_add_contact": PLAIN,
    "unsubscribe_variables_remove_contact": PLAIN,
    "unsubscribe_variables_export": PLAIN,
    "unsubscribe_variables_export_contacts": PLAIN,
    "explain_explain": (
        Ask(like={"id": "leadId"}),
        Ask(like={"id": "runningId"}),
        Ask(like={"id": "senderId"}),
    ),
    "explain_statutes": PLAIN,
    "exports_start": PLAIN,
    "exports_status": PLAIN,
    "exports_statistics": PLAIN,
    "exports_list": (Ask(), Ask(query={"format": "json"})),
    "exports_leads": PLAIN,
    "hooks_list": PLAIN,
    "hooks_add": (
        Ask(body=RECEIVER),
        Ask(body={**RECEIVER, "campaignId": "{campaignId}"}),
        Ask(body=RECEIVER, query={"campaignId": "{campaignId}", "isFirst": "true"}),
    ),
    "hooks_remove": PLAIN,
    "hooks_rotate": PLAIN,
    "hooks_list_deliveries": PLAIN,
    "hooks_replay": (Ask(), Ask(body={"deliveryIds": ["{deliveryId}"]})),
    "inbox_list_conversations": (Ask(query={"userId": "{userId}"}),),
    "inbox_list_mails": (
        Ask(),
        Ask(query={"userId": "{userId}"}),
    ),
    "inbox_answers_send": (
        Ask(body={"leadId": "{leadId}", "subject": "Hi", "message": "Hi", **FROM}),
        Ask(body={"contactId": "{contactId}", "subject": "Hi", "message": "Hi", **FROM}),
        Ask(
            body={
                "leadId": "{leadId}",
                "message": "Hi",
                "replyToActivityId": "{activityId}",
                **FROM,
            }
        ),
    ),
    "inbox_labels_list": PLAIN,
    "inbox_labels_add": (Ask(body={"labelName": "Call back"}),),
    "inbox_labels_get": PLAIN,
    "inbox_labels_put": (Ask(body={"labelIds": ["{labelId}"], "appendLabels": True}),),
    "inbox_labels_take": (Ask(body={"labelIds": ["{labelId}"]}),),
    "team_get": (Ask(query={"version": "v2"}),),
    "team_change": (Ask(body={"uncertain": "resend"}),),
    "users_get_user": PLAIN,
    "users_channels": PLAIN,
    "team_senders_list": PLAIN,
    "email_accounts_add": (Ask(body=MAILBOX, status=201),),
    "email_accounts_delete": (Ask(like={"emailAccountId": "senderId"}),),
    "email_accounts_test": (Ask(like={"emailAccountId": "senderId"}),),
    "senders_list_all": PLAIN,
    "senders_get": PLAIN,
    "senders_change": (Ask(body={"limitPerDay": 40}), Ask(body={"replies": "none"})),
    "senders_lift": PLAIN,
    "sender_moves_move": (Ask(body={"preview": False}), Ask(body={"preview": True})),
    "sender_presets_find": (Ask(query={"email": "jared@gmail.com"}),),
    "sender_connections_start": (
        Ask(body={"provider": "google", "email": "a@gmail.com", "userId": "{userId}"}),
    ),
    "messages_list_doubtful": PLAIN,
    "messages_resolve": (Ask(body={"as": "sent"}),),
}


def members() -> list[AnyOperation]:
    """Give the operations that need a key."""
    return [one for one in OPERATIONS if one.permission is Permission.MEMBER]


def own_cases() -> list[Case]:
    """Give every call as its own team makes it."""
    return [Case(one, ask) for one in members() for ask in CALLS.get(one.id, ())]


def reads() -> list[Case]:
    """Give those that leave things as they are."""
    return [case for case in own_cases() if case.operation.method == "GET"]


def writes() -> list[Case]:
    """Give those that change something."""
    return [case for case in own_cases() if case.operation.method != "GET"]


def strange_cases() -> list[Case]:
    """Give every call with each of its names strange, and with all of them."""
    return [
        Case(case.operation, case.ask, strange)
        for case in own_cases()
        if (names := case.ask.names(case.operation))
        for strange in dict.fromkeys([*((name,) for name in names), names])
    ]
