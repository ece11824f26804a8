"""Policies of other systems, written anew from what is publicly described of them, on the same simulated device.

They get what they need to do well: true sizes, memory that is never exceeded by surprise, clients that wait as long as
it takes, streams that are never killed. Where a description leaves a choice, the kinder one was taken; each file says
so.
"""
