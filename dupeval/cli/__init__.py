"""The console program ``dupeval``: what it can do, each command in a module of its own.

A command imports what it needs when it runs, so that help comes at once.
"""
