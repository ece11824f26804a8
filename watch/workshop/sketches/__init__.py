"""Sketches: skills that can be made from a sentence, without a language model.

Each module reads one family of descriptions and writes the skill they mean; ``library`` asks them in turn. What none of
them reads is refused, with what could be made instead: a skill that does half of what was asked is worse than none.
"""
