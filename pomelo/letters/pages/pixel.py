"""Where a mail's pixel stands."""

import re
from typing import Final

from pomelo.letters.pages.html import END

# Gmail shows about 102 kB of a mail and hides the rest.
CLIP_BYTES: Final = 90_000
_PLACE_FOR_PIXEL: Final = re.compile(r"<!--.*?-->|</(?:p|div|td|li)>", re.DOTALL)


def with_pixel(page: str, end: str, pixel: str) -> str:
    """Close a page: before `END` come the given ending and the pixel.

    A pixel that Gmail would cut off goes to the last fitting place in the first 90 kB.
    """
    whole = f"{page}{end}{pixel}{END}"
    if len(whole) * 4 <= CLIP_BYTES or len(whole.encode("utf-8")) <= CLIP_BYTES or not pixel:
        return whole
    seen = page.encode("utf-8")[: CLIP_BYTES - len(pixel) - 100].decode("utf-8", "ignore")
    places = [m.start() for m in _PLACE_FOR_PIXEL.finditer(seen) if not m[0].startswith("<!--")]
    place = places[-1] if places else seen.find("<body")
    place = place if places else seen.find(">", place) + 1
    return f"{page[:place]}{pixel}{page[place:]}{end}{END}"
