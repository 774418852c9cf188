"""Meetings and invitations when a contact person is anonymised (R13): who was there still counts."""

from employers.retention import free_text, keeps
from meetings.models import Invitation, Meeting, MeetingStep, Participant, PlanProposal, Report

keeps(Participant, "person")
keeps(Invitation, "person")
free_text(Meeting, "title", "location", "purpose", "cancel_reason", of_person="participants__person")
free_text(MeetingStep, "reason", of_person="meeting__participants__person")
free_text(Report, "summary", "agreements", "opinions", of_person="meeting__participants__person")
free_text(Invitation, "note", of_person="person")
free_text(PlanProposal, "dropped_reason")
