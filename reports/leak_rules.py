"""The rules a finished report is held to, and what a broken one looks like: a rule and a place, never the words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """What a report may not hold. The number is the channel in the project's list of leaks on paper."""

    UNREADABLE = "unreadable"  # the file does not open without repair, or is encrypted
    LAYOUT = "layout"  # 14: bytes outside the objects, a second revision, a size that is no multiple of 64 kB
    UNREACHABLE = "unreachable"  # an object that no page needs
    ENTRY = "entry"  # a dictionary entry, name or stream that no report of ours has
    ACTION = "action"  # 1: JavaScript, launch, open actions
    ANNOTATION = "annotation"  # 1: links, notes, widgets
    ATTACHMENT = "attachment"  # 1: embedded and associated files
    FORM = "form"  # 1: fields and their values
    IMAGE = "image"  # 5: images and other external objects
    LAYER = "layer"  # 2: content that a reader may switch off
    ALTERNATE_TEXT = "alternate_text"  # 1, 4: words that stand for others
    LANGUAGE = "language"  # 1, 11: any language but that of the template
    METADATA = "metadata"  # 1: information dictionary and XMP
    OUTLINE = "outline"  # 1: bookmarks that are not the headings
    FONT = "font"  # 3: a font, a font program or a character map that is not packaged
    OPERATOR = "operator"  # 2: clipped, curved, invisible or embedded drawing
    ENGINES_DIFFER = "engines_differ"  # 4: two readers do not read the same words
    NOT_THE_MODEL = "not_the_model"  # 2: words that the page model does not hold, or the reverse
    ADDRESS = "address"  # 7: a web address, host, e-mail, account name, hashtag or number to call
    EXACT_TIME = "exact_time"  # 9: a day or a time of day in a finding
    HUNTED = "hunted"  # 12: a name, a variant or an account of the candidate
    PROTECTED = "protected"  # the filter still recognizes a protected class in a finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """One broken rule. Never holds a word of the report."""

    rule: Rule
    where: str
    """`page 2`, `object 14`, `finding 1`, `file`."""
