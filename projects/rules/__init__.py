"""Rules of projects: pure functions over plain values, without a clock and without the database.

They say what holds by codes and figures; the words are found where they are shown.
"""
