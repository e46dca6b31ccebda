"""What an answer is worth: the reports that Excel users know, and those that it lacks."""
