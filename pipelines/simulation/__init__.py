"""Pure: plants with faults and ground truth, and the gateway in front of them. Seeds and times are arguments."""
