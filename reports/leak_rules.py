"""The rules a finished report is held to, and what a broken one looks like: a rule and a place, never the words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """What a report may not hold."""

    UNREADABLE = "unreadable"  # the file does not open without repair, or is encrypted
    LAYOUT = "layout"  # bytes outside the objects, a second revision, a size that is no multiple of 64 kB
    UNREACHABLE = "unreachable"  # an object that no page needs
    ENTRY = "entry"  # a dictionary entry, name or stream that no report of ours has
    ACTION = "action"  # JavaScript, launch, open actions
    ANNOTATION = "annotation"  # links, notes, widgets
    ATTACHMENT = "attachment"  # embedded and associated files
    FORM = "form"  # fields and their values
    IMAGE = "image"  # images and other external objects
    LAYER = "layer"  # content that a reader may switch off
    ALTERNATE_TEXT = "alternate_text"  # words that stand for others
    LANGUAGE = "language"  # any language but that of the template
    METADATA = "metadata"  # information dictionary and XMP
    OUTLINE = "outline"  # bookmarks that are not the headings
    FONT = "font"  # a font, a font program or a character map that is not packaged
    OPERATOR = "operator"  # clipped, curved, invisible or embedded drawing
    ENGINES_DIFFER = "engines_differ"  # two readers do not read the same words
    NOT_THE_MODEL = "not_the_model"  # words that the page model does not hold, or the reverse
    ADDRESS = "address"  # a web address, host, e-mail, account name, hashtag or number to call
    EXACT_TIME = "exact_time"  # a day or a time of day in a finding
    HUNTED = "hunted"  # a name, a variant or an account of the candidate
    PROTECTED = "protected"  # the filter still recognizes a protected class in a finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """One broken rule. Never holds a word of the report."""

    rule: Rule
    where: str
    """`page 2`, `object 14`, `finding 1`, `file`."""
