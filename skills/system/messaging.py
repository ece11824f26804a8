"""Messages and calls, through a provider (``people/``): who is meant is found here, among the people it can reach.

Nobody is guessed: a name that fits two people is asked about, and one that fits nobody is said to. Every reply carries
the provider's label; what the simulated phone "sends" never leaves the watch. Sending and calling are sensitive: other
programs may not do it unasked, and a stranger's words never without the owner's yes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..contract import Card, Person, Refusal, Reply, Skill, Text, action
from ..matching import best
from ..people.provider import Contact, Provider
from ..people.simulated import SimulatedPhone
from ..speech import capital, clock, joined, plural, relative_day

SAID, SHOWN = 3, 20


class Messages(Skill):
    """Messages and calls. The phone is simulated: nothing leaves the watch."""

    name = "messages"
    contract = (1, 2)
    grants = ("store", "screen", "messages.send")
    simulated = True
    options = {
        "contacts": 'whom you can write to and call: contacts = { Anna = "+49 30 1234567" }; instead of invented people'
    }
    rules = {
        "a": "[a|an|the|another|my] [quick|new|short|text]",
        "msg": "(message|text|text message|sms|whatsapp|direct message)",
        "that": "(saying|saying that|that says|that says that|which says|that reads|with the text|with the words|with the message|that|to say|to say that|to tell him|to tell her|to tell them|telling him|telling her|telling them|and say|and tell him|and tell her|and tell them|and tell him that|and tell her that|and say that|telling him that|telling her that|telling them that)",
        "send": "(send|write|shoot|drop|compose|type|text|fire off|send out)",
        "msgs": "(message|messages|text|texts|text message|text messages|inbox|sms|voicemail|voicemails)",
    }

    @property
    def _phone(self) -> Provider:
        return SimulatedPhone(self.device)

    @action(
        "<send> <a> <msg> to [my] {to} <that> {text}",
        "<send> [my] {to} <a> <msg> <that> {text}",
        "<send> <a> <msg> <that> {text} to [my] {to}",
        "<send> <a> <msg> to [my] {to} {text}",
        "<send> to [my] {to} <that> {text}",
        "(text|message|sms|whatsapp) [my] {to} <that> {text}",
        "(text|message|sms|whatsapp) [my] {to} {text}",
        "<send> [my] {to} [a|the] <msg> {text}",
        "<send> {text} to [my] {to} (as|in|by) [a] <msg>",
        "(tell|let) [my] {to} (that|know that|know) {text}",
        "(reply|answer|respond) to [my] {to} [with|saying|that|and say] {text}",
        examples=("send a message to Anna saying I am on my way", "text Mum that I will be late"),
        sensitive=True,
        purpose="text {to}",
    )
    async def send_message(self, to: Person, text: Text) -> Reply:
        """Send a message to one of your contacts (simulated).

        to: who gets it
        text: what it says
        """
        phone = self._phone
        contact = await self._one(phone, to)
        number = await phone.send(contact, text)
        card = Card("reply", title=f"To {contact.name}", text=text, lines=[phone.label], icon="message")
        result = {"to": contact.name, "text": text, "sent": True, "simulated": True}
        said = f"Sent to {contact.name}: {text} ({phone.label}; it stays on this watch)."
        return Reply(said, result, card, undo={"sent": number, "to": contact.name})

    @action(
        "(read|read out|show|check|open|view|list|play|get|see|display|go through|look at|are there|do i have|have i got|what are|tell me) [me] [my|the|any|all|all my|all the|all of my] [new|last|latest|recent|unread|next|text] <msgs> [please]",
        "(read|read out|show|check|open|view|list|play|get|see|are there|do i have|have i got|what are) [me] [my|the|any|all|all my|all the] [new|last|latest|recent|unread] <msgs> from [my] {sender}",
        "what did [my] {sender} (write|text|say|send|message|want) [to] [me]",
        "(has|did) [my] {sender} (written|texted|messaged|replied|answered|write|text|reply|answer|message me|text me)",
        "(any|are there any|do i have any|have i any) [new|unread] <msgs> [from [my] {sender}]",
        "(what|which) [new|unread] <msgs> (do i have|have i got|are there|did i get)",
        "who (texted|messaged|wrote|wrote to|has texted|has messaged|sent) [me] [a message|messages]",
        "did (anyone|anybody|someone) (text|message|write|write to|call) [me]",
        "(my|new|unread|latest|recent) (messages|texts|text messages)",
        "how many [new|unread] (messages|texts|text messages) (do i have|have i got|are there)",
        examples=("read my messages", "do I have any messages from Anna"),
        purpose="read your messages[ from {sender}]",
    )
    async def read_messages(self, sender: Person | None = None) -> Reply:
        """Read what was received: the unread messages, else the newest (simulated).

        sender: only theirs
        """
        phone = self._phone
        notes = await phone.received()
        whose = ""
        if sender is not None:
            contact = await self._one(phone, sender)
            whose = f" from {contact.name}"
            notes = [each for each in notes if each.who == contact.name]
        new = [each for each in notes if not each.read]
        result: dict[str, Any] = {
            "messages": [{"from": each.who, "text": each.text, "at": each.at, "new": not each.read} for each in notes[:20]],
            "new": len(new), "simulated": True,
        }  # fmt: skip
        if not notes:
            card = Card("list", title="Messages", text=f"None{whose}", lines=[phone.label], icon="message")
            return Reply(f"There are no messages{whose} ({phone.label}).", result, card)
        told = (new or notes)[:SAID]
        await phone.mark_read([each for each in told if not each.read])
        today = self.device.now().date()
        said = " ".join(f"{each.who}, {_when(each.at, today)}: {each.text}" for each in told)
        count = plural(len(new), "new message") if new else "no new messages; the last"
        head = f"You have {count}{whose}" if new else f"There are {count}{whose}"
        more = f" And {len(new) - len(told)} more." if len(new) > len(told) else ""
        lines = [f"{each.who}: {each.text}" for each in notes[:SHOWN]]
        card = Card("list", title="Messages", lines=[*lines, phone.label], icon="message")
        return Reply(f"{head} ({phone.label}). {said}{more}", result, card)

    @action(
        "(call|phone|ring|dial|telephone|ring up|call up|make a call to|place a call to|give a call to|start a call with|make a phone call to|make a video call to|video call) [my] {to}",
        "(call|phone|ring|dial) [my] {to} [on] [the|his|her|their] (phone|mobile|cell|work phone|home phone)",
        "give [my] {to} a (call|ring|buzz|phone call)",
        "(i want|i would like|i need|i have) to (call|speak to|talk to|phone|speak with|talk with|ring) [my] {to}",
        "get [my] {to} on the (phone|line)",
        "put me through to [my] {to}",
        "(make|place|start) a [phone|video|voice] call (to|with) [my] {to}",
        examples=("call Mum", "give Ben a ring"),
        sensitive=True,
        purpose="call {to}",
    )
    async def call(self, to: Person) -> Reply:
        """Call one of your contacts (simulated).

        to: whom
        """
        phone = self._phone
        contact = await self._one(phone, to)
        await phone.call(contact)
        card = Card(
            "device", title=capital(contact.name), text="Calling", lines=[contact.number, phone.label], icon="phone"
        )
        said = f"Calling {contact.name} on the {phone.label}; no real phone is paired."
        return Reply(said, {"to": contact.name, "calling": True, "simulated": True}, card)

    async def undo(self, what: Any) -> Reply:
        if not await self._phone.withdraw(what["sent"]):
            raise Refusal("That message is gone already.")
        return Reply(f"The message to {what['to']} is taken back ({self._phone.label}).")

    async def _one(self, phone: Provider, said: str) -> Contact:
        """Who is meant. Raises Refusal if nobody, or more than one, is called so."""
        people = await phone.contacts()
        found = best(people, said, lambda contact: list(contact.names))
        if not found:
            known = joined([each.name for each in people[:6]], "or") or "nobody"
            raise Refusal(f"There is no contact called {said} ({phone.label}). I can reach {known}.")
        if len(found) > 1:
            raise Refusal(f"Which one? There is {joined([each.name for each in found[:5]])} ({phone.label}).")
        return found[0]


def _when(iso: str, today: Any) -> str:
    moment = datetime.fromisoformat(iso)
    day = relative_day(moment.date(), today)
    return f"at {clock(moment)}" if day == "today" else day
