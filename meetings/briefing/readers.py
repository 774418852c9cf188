"""Readers that are nobody's account, to compile for."""

from accounts.roles import Act
from deventer_crm.core.targets import Outsider
from employers.querysets_contact import TEAM_ROLES


class Everybody(Outsider):
    """Sees all there is: for the copy that is kept, which each later reader sees as far as they may."""

    def can(self, act: object) -> bool:
        return True

    def has_role(self, *roles: object) -> bool:
        return True


class TeamReader(Outsider):
    """A reader of the team who is named on nothing: what is no secret for any of the team. For mail, which
    carries nothing else (R10), and for what is worked out from several records at once."""

    def can(self, act: object) -> bool:
        return act != Act.VIEW_CONFIDENTIAL

    def has_role(self, *roles: object) -> bool:
        return any(role in TEAM_ROLES for role in roles)
