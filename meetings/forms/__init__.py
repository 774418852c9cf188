"""Forms of meetings, their steps, and invitations."""
