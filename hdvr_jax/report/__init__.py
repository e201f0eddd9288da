"""The report of a recognition: one self-contained page and one machine-readable file."""

from hdvr_jax.report.document import SCHEMA, document
from hdvr_jax.report.page import page

__all__ = ["SCHEMA", "document", "page"]
