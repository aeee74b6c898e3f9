"""Faults a provider is known to have, each with a code and a switch; none is on by itself."""
