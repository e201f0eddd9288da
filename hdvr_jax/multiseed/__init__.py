"""HDVR's lifting (Hu & Ahuja 2021, section 2.2): seeds of poses and imaging parameters, optimised over a clip.

    rays = lifting.view_rays(a_clip, view=0, skeleton="h36m17", fps=30.0)
    seen = clip.see(rays["rays"], rays["confidence"], "h36m17", starts)  # starts: poses of S lifters, or None
    found = clip.lift(jax.random.key(0), seen, 30.0, settings.Settings(seeds=8), "h36m17")
    found.poses, found.trajectory, found.spread

`refinement` does that for a clip and a lifter's poses; `sweep` for many settings at once. Terms are in `terms` (the
paper's) and `priors` (beyond it), where seeds come from in `sources`, the descent in `solver`, sliding windows and how
they are stitched in `windows`, what seeds tell of errors in `uncertainty`.
"""
