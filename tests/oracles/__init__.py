"""Trained models and estimates against exact answers."""
