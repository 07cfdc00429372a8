"""Texts that every family must judge alike."""

__all__ = ["SEEN", "UNSEEN"]

# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt, one of each range, and joiners that join nothing.
UNSEEN = (
    *("\x00", "\x1b", "\x7f", "\x85"),
    *("\u00ad", "\u034f", "\u061c", "\u115f", "\u1160", "\u17b4", "\u180b", "\u180f", "\u200b", "\u202e", "\u2060"),
    *("\u2065", "\u3164", "\ufe00", "\ufe0d", "\ufeff", "\uffa0", "\ufff0", "\U0001bca0", "\U0001d173"),
    *("\U000e0001", "\U000e0041", "\U000e0100", "\U000e01ef", "\u200d\u200d", "\ufe0f\ufe0e", "\u200d\ufe0f"),
)

SEEN = (
    *("", "hello", "two\nlines\tand a tab\r\n", "\u4f60\u597d", "\u0645\u0631"),
    "Grüße \U0001f98a \U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f\u200d\U0001f525 \u2602\ufe0e",
)
