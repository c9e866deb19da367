"""`make deploy` and `make destroy`: `steps` has their ordered lists, and every step a small module.

What all steps rely on: each may be run again at any time and then does only what is still to do; none leaves anything behind that the
next run would not mend; and what a step could not do it says in one sentence, with what to do about it.
"""
