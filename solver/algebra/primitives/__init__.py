"""The primitives: what a node can be made by, each with its value and its local Jacobian."""
