"""Reads of the evaluation: facts in, judgments computed without a pen, findings and words out."""
