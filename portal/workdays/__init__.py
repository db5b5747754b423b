"""The statutory calendar of working days, with make-up days.

Years that the package knows come from it; later ones are entered by a bureau from the State
Council's yearly arrangement. Beyond both nothing is computed.
"""
