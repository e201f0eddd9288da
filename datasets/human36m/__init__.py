"""Human3.6M as records."""
