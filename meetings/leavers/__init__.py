"""What a member of the college who left, or a colleague without an account, leaves behind: where it is
found, how it goes to somebody else in one act, and the file for who comes after."""
