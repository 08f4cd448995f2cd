"""monitor.yaml to settings; secrets."""
