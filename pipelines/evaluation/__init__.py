"""How good detection is: public benchmarks through the same step as live data, scored by their published rules."""
