"""Many settings of many methods: what is tried, what comes of it, and what is best.

    grids -> families of settings -> outcomes, kept on disk -> tables

A family is a method of which all settings share their vectors and principal components: what
is dear is done once for all of them.
"""
