"""Meetings and invitations when a contact person is anonymised (R13): who was there still counts."""

from employers.retention import free_text, keeps
from meetings.models import (
    AgendaDocument,
    AgendaItem,
    Briefing,
    FeedbackLetter,
    Guest,
    Invitation,
    LetterRecipient,
    MailTemplate,
    Meeting,
    MeetingMinutes,
    MeetingStep,
    Participant,
    PlanProposal,
    Report,
    ReportDraft,
    ReportSignal,
    TableSheetLine,
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
free_text(Invitation, "note", "wish", of_person="person")
keeps(Guest, "person")
free_text(MailTemplate, "subject", "text")
free_text(AgendaItem, "title", "text", "notes", "decision", of_person="meeting__participants__person")
free_text(AgendaDocument, "name", "link", of_person="meeting__participants__person")
free_text(MeetingMinutes, "remarks", "adopted_with", of_person="meeting__participants__person")
free_text(TableSheetLine, "text", "note", of_person="sheet__meeting__participants__person")
free_text(PlanProposal, "dropped_reason")
