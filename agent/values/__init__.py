"""Words to values, one noun a file.

Every reader is a pure function of a sentence's tokens (see ``words.py``) and a position in them, and returns
*all* the readings that begin there, because which of them is meant is decided by the rest of the sentence: in
"set a timer for ten minutes thirty" the duration may end after "ten minutes" or after "thirty". The clock enters
only when a reading is resolved, as an aware ``now`` given by the caller.
"""
