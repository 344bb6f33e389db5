"""One script a revision; what stands in one never changes again."""
