"""Meetings and invitations when a contact person is anonymised (R13): who was there still counts."""

from employers.retention import free_text, keeps
from meetings.models import (
    Briefing,
    FeedbackLetter,
    Invitation,
    LetterRecipient,
    Meeting,
    MeetingStep,
    Participant,
    Report,
    ReportDraft,
    ReportSignal,
)

keeps(Participant, "person")
keeps(Invitation, "person")
keeps(LetterRecipient, "person")
free_text(Meeting, "title", "location", "purpose", "cancel_reason", of_person="participants__person")
free_text(MeetingStep, "reason", of_person="meeting__participants__person")
free_text(
    Report,
    "summary",
    "company_news",
    "asks",
    "agreements",
    "opinions",
    "woo_ground",
    of_person="meeting__participants__person",
)
free_text(ReportSignal, "sentence", of_person="report__meeting__participants__person")
free_text(ReportDraft, "typed", of_person="meeting__participants__person")
free_text(Briefing, "points", "sensitivities", "frozen", of_person="meeting__participants__person")
free_text(FeedbackLetter, "subject", "body", of_person="meeting__participants__person")
free_text(Invitation, "note", of_person="person")
