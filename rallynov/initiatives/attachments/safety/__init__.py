"""Is a file what it says, and harmless to whoever opens it? Runs in a process of its own, under limits (``child.py``).

It reads no name: only content. What it cannot vouch for it refuses; an antivirus (``scan.py``) is another matter.
"""
