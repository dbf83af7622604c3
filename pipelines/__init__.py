"""The pipeline: pure rooms (twin, detection, alarms), their shells (jobs, connectors) and the command line."""
