"""Which method, settings and threshold to use on images like a labelled sample, and what to expect.

A layer over the engine and the protocols: several methods are one with a parameter more, and the
protocol `nested` chooses among them. Nothing is scored twice, nothing is fitted in another way.

wish         what is wanted: the best F1, or a precision with most recall
several      methods as one method, so that which of them is a parameter like others
claims       which groups a partition claims, and how many of them have no mistake; bounds
choosing     what meets a wish best, as a protocol
expecting    precision and recall that were reached on what no choice had seen
calibrating  from a labelled dataset to what is to be used, and what to expect of it
gate         of many images the pairs that are looked at when a folder is grouped
identity     what a method is made of, to be found again; a method with what it brings along
file         the calibration file, written whole, read with limits
using        from a calibration file to a method that groups, or a refusal
sentences    what is said of a calibration
"""
