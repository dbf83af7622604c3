"""Wire contracts: what stands on each topic, in each definition file and in InfluxDB. Imports nothing of pipelines."""
