"""What monitoring writes into the book: nothing of its own, since reading what is public changes nothing.

The opening of a credential, and a channel that stops or works again, are written by accounts.
"""
