"""The local cloud: the repository's own template.yaml on an emulator of AWS."""
