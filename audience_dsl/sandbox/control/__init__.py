"""What is under /_sandbox/: the control API, for tests and programs in any language, and the page for people.

docs/control-api.md describes it. Needs Starlette (extra `[sandbox]`).
"""
