"""From a folder of YAML to the desired state."""
