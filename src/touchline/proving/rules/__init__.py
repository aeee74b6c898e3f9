"""What must hold after every commit, written from the requirements and not from the product.

Nothing here knows the product's football, its ingest, its jobs or its feed: a rule that both had
misread would hide in both. Rows are seen as they are stored, the provider's truth as it was told.
"""
