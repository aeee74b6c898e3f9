"""Every setting, validated at start, all problems reported at once."""
