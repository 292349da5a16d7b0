"""Run-time bootstrap: all that `bin/*` needs, on a bare Python 3.11 (standard library only)."""
