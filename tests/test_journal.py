"""The journal: nothing is overwritten, every change has an author and a time, and can be undone."""
