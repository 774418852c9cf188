"""The admin of users, the college, policy and logs. Importing the modules registers their pages."""

from . import college, commitments, logs, policy, users

__all__ = ["college", "commitments", "logs", "policy", "users"]
