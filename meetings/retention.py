"""Meetings and invitations when a contact person is anonymised (R13): who was there still counts."""

from employers.retention import free_text, keeps
from meetings.models import (
    AgendaDocument,
    AgendaItem,
    Guest,
    Invitation,
    MailTemplate,
    Meeting,
    MeetingMinutes,
    MeetingStep,
    Participant,
    Report,
    TableSheetLine,
)

keeps(Participant, "person")
keeps(Invitation, "person")
keeps(Guest, "person")
free_text(Meeting, "title", "location", "purpose", "cancel_reason", of_person="participants__person")
free_text(MeetingStep, "reason", of_person="meeting__participants__person")
free_text(Report, "summary", "agreements", "opinions", of_person="meeting__participants__person")
free_text(Invitation, "note", "wish", of_person="person")
free_text(MailTemplate, "subject", "text")
free_text(AgendaItem, "title", "text", "notes", "decision", of_person="meeting__participants__person")
free_text(AgendaDocument, "name", "link", of_person="meeting__participants__person")
free_text(MeetingMinutes, "remarks", "adopted_with", of_person="meeting__participants__person")
free_text(TableSheetLine, "text", "note", of_person="sheet__meeting__participants__person")
