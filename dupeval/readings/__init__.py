"""How the study may have computed its table: readings, scored against its published figures.

space      what a reading is made of, and all that are tried
cuts       the counts of every cut of every pipeline on one dataset
scoring    the twelve figures of each reading, and how far from the published ones they are
evidence   which reading is nearest, on draws it was not chosen on, and what that says
page       docs/reading-table1.md and its figure
"""
