"""The service seen by machines: metrics for Prometheus, health for supervisors."""
