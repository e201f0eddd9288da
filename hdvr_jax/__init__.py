"""hdvr_jax: understanding dance from video, in functional JAX."""
