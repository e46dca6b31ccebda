"""The verbs of the lesson: fit, gradients, step, define, new."""
