"""Predict first, score after: what every method answers, whichever protocol, sweep or figure asks.

workshop      what is dear and depends on images alone: vectors, tools' replies; done once
coordinates   vectors in fewer numbers, in which principal components are found
answers       a method's dendrograms and partitions, each fit made once, without what is hidden
curves        the scores of all cuts, of queries whose labels may be used: what protocols see
many_curves   those of many dendrograms at once
"""
