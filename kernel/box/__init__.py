"""The box: what a child process may do to the machine it runs on, enforced by the system and not by us.

``box`` says what a box is made of and closes it, ``landlock`` keeps files, ``seccomp`` system calls, ``native`` is
the little of the C library that both need. Only a boxed child imports any of it.
"""
