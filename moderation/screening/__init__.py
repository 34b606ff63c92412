"""Decides what a text amounts to, from plain values alone: no database, no clock, no settings.

fold > views > matching (one automaton per rule set) > verdict, with an explanation
"""
