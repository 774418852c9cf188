"""Passing a promise or action on to a colleague without an account: a question by mail, a link to answer
it, and what the owner does with the answer. The follow-up stays with its owner all the time."""
