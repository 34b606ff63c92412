"""Decides what a text amounts to, from plain values alone: no database, no clock, no settings.

fold > matching (one automaton per rule set) > disguises taken off, matched again > verdict, with an explanation
"""
