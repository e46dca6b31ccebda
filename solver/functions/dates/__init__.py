"""Dates and times: serial numbers, calendars, working days."""
