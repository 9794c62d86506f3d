"""What comes in: which data a model takes, and the checks and batches of them."""
