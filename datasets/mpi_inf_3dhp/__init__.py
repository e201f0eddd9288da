"""MPI-INF-3DHP as records."""
