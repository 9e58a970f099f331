"""The digest of a week or month: a page of the published numbers that leaves the machine."""
