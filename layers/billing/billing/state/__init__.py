"""What the app believes about its subscribers: one item a user, made of parts, each kept right by the order rule.

`rule` decides, `parts` says what a part is, `items` is the table, `store` reads and writes.
"""
