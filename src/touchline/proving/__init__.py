"""The whole house under a virtual clock, a seeded schedule and seeded disasters."""
