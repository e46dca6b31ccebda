"""Derivatives of graphs: forward, backward, sparse."""
