"""choreo: a seeded procedural choreographer of nine dance genres.

`figures/` holds the vocabulary, `grammar` orders it into choreographies, `dancer` draws bodies and personal styles,
`take` lets dancers perform, `views` and `detections` film them, `records` gives the finished clips, `plan` the sizes
and splits. Everything is a pure function of a seed.
"""
