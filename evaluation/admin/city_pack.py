"""Yearly packs at the desks of the district and of the municipality."""
