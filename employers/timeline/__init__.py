"""What the timeline of an employer knows from this app. Each source applies R9 and R10 to its own rows:
somebody who may only know that and when there was contact (the employer desk) gets the bare date."""

from . import changes, contact, followups, people, register

__all__ = ["changes", "contact", "followups", "people", "register"]
