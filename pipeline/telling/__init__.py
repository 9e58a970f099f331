"""The numbers in words, said alike by the pages and by the digest."""
