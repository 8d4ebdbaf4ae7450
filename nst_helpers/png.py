"""The chunks of a PNG file, read without its pixels.

Source: the PNG specification (W3C, third edition), sections 5 and 11.
"""

import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
OF_PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
LONGEST_TEXT = 10**7  # bytes; a run card has a few thousand


def chunks(content):
    """`(type, data, whole chunk)` of each whole chunk in a file's bytes, until its end or a fault.

    Types and data are bytes; the whole chunk has its length and checksum as well.
    """
    place = len(SIGNATURE)
    while content.startswith(SIGNATURE) and place + 12 <= len(content):
        end = place + 12 + int.from_bytes(content[place : place + 4], "big")
        if end > len(content):
            return
        yield content[place + 4 : place + 8], content[place + 8 : end - 4], content[place:end]
        place = end


def pixels_only(content):
    """The file's bytes without texts, color profile and all else that a decoder can do without."""
    kept = [whole for kind, _, whole in chunks(content) if kind in OF_PIXELS]
    return SIGNATURE + b"".join(kept)


def text(content, key):
    """The international text (an iTXt chunk) of this name, or None.

    content: the file's bytes. key: a string. Raises `ValueError` if it is broken.
    """
    for kind, data, _ in chunks(content):
        name, _, rest = data.partition(b"\0")
        if kind != b"iTXt" or name != key.encode():
            continue
        packed, value = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
        if packed:
            try:
                value = zlib.decompressobj().decompress(value, LONGEST_TEXT)
            except zlib.error as error:
                raise ValueError(str(error)) from error
        return value.decode("utf-8")
    return None
