"""The wire: one file a section of the API reference, and the contract they share.

`table.py` lists every operation. Routes, decoding, OpenAPI and the reference pages come
from that list, so what is documented is what is served.
"""
