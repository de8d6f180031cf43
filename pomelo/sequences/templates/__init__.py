"""The language of subjects and messages: a part of Liquid, and spintax."""

from pomelo.sequences.templates.compiling import Template, compile_template
from pomelo.sequences.templates.scanner import (
    Piece,
    PieceKind,
    TemplateInvalid,
    scan,
    unescaped,
)
from pomelo.sequences.templates.spins import spelled_out
from pomelo.sequences.templates.values import MOMENT, SEED, OutputTooLarge, VariableMissing

__all__ = [
    "MOMENT",
    "SEED",
    "OutputTooLarge",
    "Piece",
    "PieceKind",
    "Template",
    "TemplateInvalid",
    "VariableMissing",
    "compile_template",
    "scan",
    "spelled_out",
    "unescaped",
]
