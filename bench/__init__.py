"""The benchmark: each budget with the figures of vigicle and its peers."""
