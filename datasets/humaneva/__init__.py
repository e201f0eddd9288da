"""HumanEva-I as records."""
