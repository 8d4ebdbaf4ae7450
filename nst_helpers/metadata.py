"""A picture's file without all that its pixels do not need: texts, thumbnails, a broken profile.

Sources: the JPEG standard (ITU-T T.81), annex B; JFIF 1.02; TIFF 6.0, sections 2 and 8; the WebP
container (RFC 9649), section 2.
"""

import struct

from . import png

COLOR_SEGMENTS = {0xE0: (b"JFIF\0", 14), 0xEE: (b"Adobe", 12)}  # of a JPEG; their least length
START_OF_SCAN, EXIF_SEGMENT, COMMENT = 0xDA, 0xE1, 0xFE
EXIF_HEAD = b"Exif\0\0"
WEBP_CHUNKS = (b"ALPH", b"VP8 ", b"VP8L", b"ANIM", b"ANMF")
WITHOUT_METADATA = 0b00010010  # of a WebP's flags those of alpha and animation
TIFF_TAGS = {0x100, 0x101, 0x102, 0x103, 0x106, 0x10A, 0x111, 0x112, 0x115, 0x116, 0x117, 0x11C}
TIFF_TAGS |= {0x124, 0x125, 0x13D, 0x140, 0x142, 0x143, 0x144, 0x145, 0x14C, 0x152, 0x153, 0x15B}
TIFF_TAGS |= {*range(0x200, 0x20A), 0x211, 0x212, 0x213, 0x214}


def remover(head):
    """The function that takes the metadata out of files of a kind, or None if there is none.

    head: the first bytes of a file. The function goes from its whole content to `(content, EXIF)`:
    what is left, and what it had as EXIF, or None. It raises `IndexError` or `struct.error` for a
    file that ends too soon.
    """
    if head.startswith(png.SIGNATURE):
        return _png
    if head.startswith(b"\xff\xd8"):
        return _jpeg
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp
    return _tiff if head.startswith((b"II*\0", b"MM\0*")) else None


def _png(content):
    exif = next((data for kind, data, _ in png.chunks(content) if kind == b"eXIf"), None)
    return png.pixels_only(content), exif and EXIF_HEAD + exif


def _jpeg(content):
    kept, place, exif = [content[:2]], 2, None
    while (kind := content[place + 1]) != START_OF_SCAN or content[place] != 0xFF:
        if content[place] != 0xFF or kind in (0x00, 0xFF):  # no marker yet
            place += 1
            continue
        end = place + 2 + max(2, struct.unpack_from(">H", content, place + 2)[0])
        segment, data = content[place:end], content[place + 4 : end]
        head, least = COLOR_SEGMENTS.get(kind, (None, 0))
        if not 0xE0 <= kind <= 0xEF and kind != COMMENT:
            kept.append(segment)
        elif head and data.startswith(head) and len(data) >= least:
            kept.append(segment)
        elif kind == EXIF_SEGMENT and data.startswith(EXIF_HEAD):
            exif = exif or data
        place = end
    return b"".join([*kept, content[place:]]), exif


def _webp(content):
    kept, place = b"WEBP", 12
    while place + 8 <= len(content):
        kind, length = struct.unpack_from("<4sI", content, place)
        chunk = content[place : place + 8 + length + length % 2]
        if kind == b"VP8X":
            kept += chunk[:8] + bytes([chunk[8] & WITHOUT_METADATA]) + chunk[9:]
        elif kind in WEBP_CHUNKS:
            kept += chunk
        place += len(chunk)
    return b"RIFF" + struct.pack("<I", len(kept)) + kept, None


def _tiff(content):
    """The same with a shorter first directory in its place, so that all it points to is there."""
    order = "<" if content.startswith(b"II") else ">"
    (place,) = struct.unpack_from(order + "I", content, 4)
    (count,) = struct.unpack_from(order + "H", content, place)
    starts = range(place + 2, place + 2 + 12 * count, 12)
    entries = [content[start : start + 12] for start in starts]
    kept = [entry for entry in entries if struct.unpack_from(order + "H", entry)[0] in TIFF_TAGS]
    directory = struct.pack(order + "H", len(kept)) + b"".join(kept) + bytes(4)
    return content[:place] + directory + content[place + len(directory) :], None
