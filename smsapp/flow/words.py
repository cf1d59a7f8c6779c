"""The system's own sentences (`flows/words.toml`): refusals, navigation, answers to SMS."""

import json
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from smsapp.flow.fill import fill
from smsapp.flow.load import FlowError, read_toml
from smsapp.flow.model import STRICT, Text


@dataclass(frozen=True, config=STRICT)
class Word:
    """One sentence. `where` says what it must fit: a whole screen or SMS, or a line of a screen."""

    text: Text
    where: Literal["screen", "line", "sms"] = "sms"


@dataclass(frozen=True, config=STRICT)
class Command:
    """The words that mean one thing: a command, or what is said where a digit is expected."""

    words: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class Language:
    """What a language is called, in capitals without accents; its speakers' own name first."""

    words: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class Openings:
    """How a question, and one that denies, begins: language -> words in small letters."""

    source: str = ""
    question: dict[str, tuple[str, ...]] = field(default_factory=dict)
    negative: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, config=STRICT)
class Words:
    """Every sentence and command."""

    id: Literal["words"]
    version: int
    languages: tuple[str, ...]
    word: dict[str, Word]
    command: dict[str, Command] = field(default_factory=dict)
    said: dict[str, Command] = field(default_factory=dict)
    date: dict[str, Command] = field(default_factory=dict)  # today tomorrow yesterday mon … sun
    language: dict[str, Language] = field(default_factory=dict)
    openings: Openings = field(default_factory=Openings)
    drafts: tuple[str, ...] = ()  # languages that only people in training hear; may have gaps

    def names_of(self, language: str) -> tuple[str, ...]:
        """What somebody may call this language: its code, and its names."""
        named = self.language.get(language)
        return (language.upper(), *(named.words if named else ()))

    @property
    def spoken(self) -> tuple[str, ...]:
        """Every language a person may have."""
        return self.languages + self.drafts

    def written(self, language: str) -> dict[str, str]:
        """The sentences that this language has, by name."""
        return {name: one.text[language] for name, one in self.word.items() if language in one.text}

    @cached_property
    def meanings(self) -> dict[str, str]:
        """Each word that people write where a digit is expected -> what it means."""
        return {word: name for name, said in self.said.items() for word in said.words}

    def say(self, word: str, language: str, values: Mapping[str, object]) -> str:
        """A sentence in this language, or in the first one where it is not written."""
        text = self.word[word].text
        return fill(text.get(language) or text[self.languages[0]], values)


WORDS = TypeAdapter(Words)


def load_words(path: Path) -> Words:
    """Read the file. Raises FlowError."""
    try:
        words = WORDS.validate_json(json.dumps(read_toml(path)))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise FlowError(path.name, place, first["msg"]) from None
    for name, word in words.word.items():
        for language in words.languages:
            if not word.text.get(language):
                raise FlowError(path.name, f"word {name}", f'write text.{language} = "…"')
        for language in word.text.keys() - set(words.spoken):
            cure = f'"{language}" is not in languages or drafts; add it there or take it out'
            raise FlowError(path.name, f"word {name}", cure)
    return words
