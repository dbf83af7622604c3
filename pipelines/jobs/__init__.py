"""The Flink jobs: thin shells round the pure core; the only room that imports pyflink."""
