"""The demonstration: invented candidates, their recorded internet, scripted reviews."""
