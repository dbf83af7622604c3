"""Recorded data through the same step as live data: CSV files, with or without Kafka and Flink."""
