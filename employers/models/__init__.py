from .activity import Activity
from .contact import ContactMoment
from .employer import AccountAssignment, Employer, EmployerGrouping, Portfolio
from .followup_requests import FollowUpRequest
from .followup_steps import FollowUpStep
from .followups import FollowUp
from .imports import ChangeProposal, DeliveryRow, MappingProfile, RegisterDelivery
from .people import ContactPerson, Membership, Position
from .portfolios import AccountCover, HandOver
from .reference import Area, AreaPostcode, CityProfile, SbiCode, Sector, SectorPrefix, Theme, Track
from .register import Establishment, JobCount, Registration
from .relations import (
    ContactMomentEmployer,
    ContactMomentPerson,
    ContactMomentReader,
    EmployerReader,
    FollowUpReader,
)
from .sheets import ExternalNumber, SheetImport, SheetRow
from .signals import SignalObjection
from .tags import EmployerTag, Tag
from .toplist import TopList, TopListAdjustment, TopListEntry

__all__ = [
    "AccountAssignment",
    "AccountCover",
    "Activity",
    "Area",
    "AreaPostcode",
    "ChangeProposal",
    "CityProfile",
    "ContactMoment",
    "ContactMomentEmployer",
    "ContactMomentPerson",
    "ContactMomentReader",
    "ContactPerson",
    "DeliveryRow",
    "Employer",
    "EmployerGrouping",
    "EmployerReader",
    "EmployerTag",
    "Establishment",
    "ExternalNumber",
    "FollowUp",
    "FollowUpReader",
    "FollowUpRequest",
    "FollowUpStep",
    "HandOver",
    "JobCount",
    "MappingProfile",
    "Membership",
    "Portfolio",
    "Position",
    "RegisterDelivery",
    "Registration",
    "SbiCode",
    "Sector",
    "SectorPrefix",
    "SheetImport",
    "SheetRow",
    "SignalObjection",
    "Tag",
    "Theme",
    "TopList",
    "TopListAdjustment",
    "TopListEntry",
    "Track",
]
