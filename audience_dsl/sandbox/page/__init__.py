"""The page of the sandbox in a browser, at /_sandbox/ui/: what came in, what became of it, and what the next one meets.

Pages are made here, by Jinja2 with every value escaped: whatever a request holds is somebody else's, and shows as text.
They work without JavaScript; with it, htmx keeps the log fresh. Needs Starlette and Jinja2 (extra `[sandbox]`).
"""

from .routes import routes

__all__ = ["routes"]
