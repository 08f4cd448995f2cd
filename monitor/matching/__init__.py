"""Which rules could match (index), where (intervals), verdict and evidence, explanation. Pure."""
