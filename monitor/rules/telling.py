"""How telling single words are of an article."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection
from functools import cache

from monitor.model.article import Article
from monitor.stories.extraction import terms_of
from monitor.stories.rarity import Rarity
from monitor.text import tokenize

_READ = 20_000
"""Characters of a body in which words are counted."""
_AGAIN = 0.2
"""What being in the title adds to the weight of a word, and being there more than once as well."""
_LETTERS = 4
"""So many letters a word has unless it is known to be none like of, the, was."""
_LETTERS_OF = {
    **dict.fromkeys(("ARABIC", "HEBREW", "SYRIAC"), 3),
    **dict.fromkeys(
        (
            "HANGUL", "ETHIOPIC", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA",
            "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "TIBETAN",
        ),
        2,
    ),
}  # fmt: skip
"""Where a letter is a syllable, or vowels are left out or are marks, words have fewer."""
_LISTED_LANGUAGES = frozenset({"en", "ru", "uk"})
"""Languages whose words that say little are known to stories."""
_LISTED = frozenset({"LATIN", "CYRILLIC"})
"""Their scripts."""
_SHORT = 3.0
"""What a word with a letter too few loses in another language."""
_GERMAN_TO_KOREAN = """
das den der des die ein
aber alle auch beim dann dass dem denn doch durch eine einem einen einer haben hatte ihre immer
kann mehr nach nicht noch oder ohne sein seine sich sind sowie unter wegen weil wenn werden wird
worden wurde wurden zwischen über
aux des les
ainsi alors après aussi avait avant avec cette chez comme contre dans depuis deux donc elle elles
encore entre est fait leur leurs mais même nous ont pas plus pour sans selon sera sont sous sur
tous tout toute très une vers vous était être
las los
ante antes aunque cada como con contra cuando del desde donde dos durante ella ellos era esta este
están hace hacia hasta mientras muy más nos otra otro para pero por porque que según ser sido sin
sobre son también tiene todo todos una uno
ainda ao aos apenas até com das dos ela ele eles foi foram isso mais mas muito num não pela pelo
quando que seu sua são também tem uma
alla alle anche ancora come con cui dal dalla degli della delle dello dopo dove erano essere gli
hanno nel nella non per più poi prima quando questa questo sono stata stato sua sul sulla suo tra
aan als bij dan dat deze die dit door een geen heeft het hij hun maar meer met naar niet nog onder
ook over tegen tot uit van voor waar wel werd worden wordt zijn
ale bardzo być był była było były dla gdy ich jak jako jego jest już która które który nie oraz
pod przed przez przy się tak tego tej ten tylko tym
ama ancak bir bu daha değil diye gibi hem her ile için kadar olan olarak oldu sonra ve çok üzere
في من ما لا
أنه أنها إلى التي الذي الذين بعد بين حتى حول خلال ذلك ضد عبر على عن عند غير فيما قال قبل كان كانت
كما لكن ليس مع منذ هذا هذه هناك هو هي وقال وقد
अब इस इसके इसे उन उनके उस उसके एक एवं और कर करने कहा का कि किया की के को गई गए गया जा जो तक तो था
थी थे दिया नहीं ने पर बाद भी में यह ये रहा रही रहे लिए लेकिन वह वे साथ से हुआ हुई हुए है हैं हो
होने
것 그 대한 더 등 따라 말했다 및 밝혔다 수 없다 위해 이 이번 있다 지난 통해 한다 했다 후
"""
_LITTLE = frozenset(_GERMAN_TO_KOREAN.split())
"""Words of other languages, long enough, that say as little as prepositions do."""
_PAST = """
ate beat became bought broke brought built burned came caught chose cut drew drove fell felt fled
flew forgot fought got grew heard held hit hurt laid led left lost met paid quit ran rose sang sank
sent shook shot shut slept sold spent split spoke spread stole stood stopped struck swore taught
thought threw voted won wore wrote
"""
_PAST_FORMS = frozenset(_PAST.split())
_VERB = {
    "en": re.compile(r"\w{2,}(?:ed|ing)"),
    "ru": re.compile(r"\w{2,}(?:ли|ло|ть|лся|лась|лось|лись|ться)"),
    "uk": re.compile(r"\w{2,}(?:ли|ло|ти|вся|лася|лося|лися|тися|ться)"),
}
_VERBS = 0.5
"""What is left of the weight of a verb: any news that a rule is for tells what happens."""


def weigh(
    words: Collection[str], article: Article, rarity: Callable[[Collection[str]], Rarity]
) -> dict[str, float]:
    """Return the weight of those folded words that say something, as Latin or Arabic has them.

    The rarer by document frequency the heavier, in 0 to 8; a word is the heavier if it is in the
    title, or more than once in the article. Characters of scripts without spaces weigh nothing.
    """
    lang = (article.lang or "").partition("-")[0]
    short = {word: _is_short(word) for word in words if word not in _LITTLE}
    terms = terms_of([word for word, is_short in short.items() if is_short is not None], article)
    known = rarity(frozenset(terms.values())).weights(terms.values())
    title = frozenset(terms_of(tokenize(article.title).words, article).values())
    body = tokenize(article.body[:_READ]).words
    counts = Counter(terms_of(frozenset(body), article).get(word, "") for word in body)
    listed = _LISTED if lang in _LISTED_LANGUAGES else frozenset()
    return {
        word: known[term]
        * (1 + _AGAIN * ((term in title) + (counts[term] > 1)))
        * (_VERBS if _is_verb(word, lang) else 1)
        - (_SHORT if short[word] and script_of(word[0]) not in listed else 0.0)
        for word, term in terms.items()
    }


@cache
def script_of(character: str) -> str:
    """Return the script of a letter by its Unicode name: `LATIN`, `CJK`, `THAI`."""
    return unicodedata.name(character, "").partition(" ")[0]


def is_lettered(word: str) -> bool:
    """Tell whether a word is made of letters and their marks alone."""
    return all(unicodedata.category(character)[0] in "LM" for character in word)


def _is_verb(word: str, lang: str) -> bool:
    """Tell whether a word looks like a form of a verb; participles do, too."""
    forms = _VERB.get(lang or "en")
    return (forms is not None and forms.fullmatch(word) is not None) or (
        lang in {"", "en"} and word in _PAST_FORMS
    )


def _is_short(word: str) -> bool | None:
    """Tell whether a word has a letter less than it needs; None if less still, or other signs."""
    if not is_lettered(word):
        return None
    letters = sum(unicodedata.category(character)[0] == "L" for character in word)
    missing = _LETTERS_OF.get(script_of(word[0]), _LETTERS) - letters
    return None if letters < 2 or missing > 1 else missing == 1
