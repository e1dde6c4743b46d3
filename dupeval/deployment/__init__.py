"""Which method, settings and threshold to use on images like a labelled sample, and what to expect.

A layer over the engine and the protocols: wish         the best F1, or a precision with most recall
several      methods as one method, so that which of them is a parameter like others
claims       which groups a partition claims, and how many of them have no mistake; bounds
choosing     what meets a wish best, as a protocol
calibrating  from a labelled dataset to what is to be used, and what to expect of it
identity     what a method is made of, to be found again
file         the calibration file, written whole, read with limits
using        from a calibration file to a method that groups, or a refusal
sentences    what is said of a calibration
"""
