"""Words, written down by hand from the specification, so that no code is its own measure."""

from __future__ import annotations

import pytest

from monitor.text import tokenize

ZWSP, ZWNJ, ZWJ, WJ, BOM, SHY = "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad"

WORDS = {
    # text: (what stands there, folded)
    "plain words": ("Curfew in Almaty", "Curfew in Almaty", "curfew in almaty"),
    "nothing": ("", "", ""),
    "only blanks": (" \t\n\u00a0\u3000 ", "", ""),
    "only punctuation": ("... — !? «» -- ' ’ _ * #", "", ""),
    "commas and semicolons": ("a,b;c", "a b c", "a b c"),
    "quotes of every kind": ("“Yes” «no» 'or' „maybe‟", "Yes no or maybe", "yes no or maybe"),
    "a dash without blanks": ("troops—not tanks", "troops not tanks", "troops not tanks"),
    "brackets": ("CSTO(ODKB)[sic]", "CSTO ODKB sic", "csto odkb sic"),
    "an address and a mention": ("@who #CSTO", "who CSTO", "who csto"),
    "an emoji is no word": ("fire 🔥🔥 now", "fire now", "fire now"),
    "ampersand": ("AT&T", "AT T", "at t"),
    "non-breaking blank": ("New\u00a0York", "New York", "new york"),
    "ideographic blank": ("New\u3000York", "New York", "new york"),
    "letters and digits": ("H5N1 and B2B", "H5N1 and B2B", "h5n1 and b2b"),
    # what divides
    "hyphen": ("Nur-Sultan", "Nur Sultan", "nur sultan"),
    "non-breaking hyphen": ("Nur\u2011Sultan", "Nur Sultan", "nur sultan"),
    "hyphen before a number": ("COVID-19", "COVID 19", "covid 19"),
    "slash": ("and/or", "and or", "and or"),
    "underscore": ("foo_bar", "foo bar", "foo bar"),
    "underscores around": ("__init__", "init", "init"),
    "underscore between digits": ("10_000", "10 000", "10 000"),
    "full-width underscore": ("foo＿bar", "foo bar", "foo bar"),
    "apostrophe": ("l'état", "l état", "l etat"),
    "curly apostrophe": ("l’état", "l état", "l etat"),
    "negation": ("don't", "don t", "don t"),
    "Irish name": ("O'Neill", "O Neill", "o neill"),
    "colon": ("source:id", "source id", "source id"),
    "time of day": ("10:30", "10 30", "10 30"),
    "dot between letters": ("example.org", "example org", "example org"),
    "middle dot stays in": ("il·lusió", "il·lusió", "il·lusio"),
    "no dot after the full stop's blank": ("end.Next", "end Next", "end next"),
    # dotted initials
    "initials": ("U.S.", "U.S", "us"),
    "initials without the last dot": ("the U.S and", "the U.S and", "the us and"),
    "four initials": ("C.S.T.O. sent", "C.S.T.O sent", "csto sent"),
    "small initials": ("e.g. tanks", "e.g tanks", "eg tanks"),
    "initials with a hyphen": ("U.S.-led", "U.S led", "us led"),
    "initials before a name": ("J.K. Rowling", "J.K Rowling", "jk rowling"),
    "initials apart are words": ("J. K. Rowling", "J K Rowling", "j k rowling"),
    "one initial is none": ("Henry I. Then", "Henry I Then", "henry i then"),
    "longer parts are no initials": ("Ph.D.", "Ph D", "ph d"),
    "Cyrillic initials": ("С.Ш.А.", "С.Ш.А", "сша"),
    "initials that possess": ("the U.S.'s army", "the U.S army", "the us army"),
    # possessive endings
    "possessive": ("president's", "president", "president"),
    "curly possessive": ("president’s", "president", "president"),
    "full-width possessive": ("president＇s", "president", "president"),
    "capital possessive": ("PRESIDENT'S", "PRESIDENT", "president"),
    "plural possessive": ("presidents' men", "presidents men", "presidents men"),
    "possessive after s": ("James's", "James", "james"),
    "possessive year": ("1990's", "1990", "1990"),
    "possessive before a slash": ("king's/queen's", "king queen", "king queen"),
    "possessive of a divided word": ("O'Neill's", "O Neill", "o neill"),
    "possessive behind a dot": ("Apple Inc.'s plan", "Apple Inc plan", "apple inc plan"),
    "not a possessive": ("l'sud", "l sud", "l sud"),
    # Latin accents
    "accent": ("café", "café", "cafe"),
    "decomposed accent": ("cafe\u0301s", "cafe\u0301s", "cafes"),
    "two accents": ("Việt", "Việt", "viet"),
    "caron and tilde": ("Čapek São", "Čapek São", "capek sao"),
    "sharp s": ("Straße", "Straße", "strasse"),
    "dotted capital I": ("İstanbul", "İstanbul", "istanbul"),
    "Greek keeps accents": ("Αθήνα", "Αθήνα", "αθήνα"),
    "Greek final sigma": ("ΟΔΟΣ", "ΟΔΟΣ", "οδοσ"),
    # Cyrillic
    "short i": ("Йод", "Йод", "йод"),
    "decomposed short i": ("И\u0306од", "И\u0306од", "йод"),
    "yo is ye": ("Ёлка ёлка", "Ёлка ёлка", "елка елка"),
    "decomposed yo": ("Е\u0308лка", "Е\u0308лка", "елка"),
    "Ukrainian yi": ("Київ", "Київ", "київ"),
    "decomposed yi": ("Киі\u0308в", "Киі\u0308в", "київ"),
    "Kazakh": ("Қазақстан — Nur", "Қазақстан Nur", "қазақстан nur"),
    "Russian hyphen": ("Нур-Султан", "Нур Султан", "нур султан"),
    # other scripts with spaces
    "Arabic": ("احتجاجات في", "احتجاجات في", "احتجاجات في"),
    "Arabic vowel signs": ("مُحَمَّد قال", "مُحَمَّد قال", "مُحَمَّد قال"),
    "Hindi vowel signs": ("हिन्दी में विरोध।", "हिन्दी में विरोध", "हिन्दी में विरोध"),
    "Tamil": ("தமிழ்நாடு அரசு", "தமிழ்நாடு அரசு", "தமிழ்நாடு அரசு"),
    "Bengali": ("বাংলাদেশ, ঢাকা", "বাংলাদেশ ঢাকা", "বাংলাদেশ ঢাকা"),
    "Hangul": ("대한민국 정부", "대한민국 정부", "대한민국 정부"),
    "decomposed Hangul": ("\u1112\u1161\u11ab국", "\u1112\u1161\u11ab국", "한국"),
    "Georgian": ("საქართველო", "საქართველო", "საქართველო"),
    "Hebrew": ("ירושלים היום", "ירושלים היום", "ירושלים היום"),
    "Ethiopic": ("አዲስ፡አበባ", "አዲስ አበባ", "አዲስ አበባ"),
    # scripts without spaces
    "Chinese": ("北京封锁", "北 京 封 锁", "北 京 封 锁"),
    "Chinese beyond the basic plane": ("𠮷野", "𠮷 野", "𠮷 野"),
    "Chinese iteration mark": ("人々", "人 々", "人 々"),
    "Chinese amid Latin": ("iPhone在中国", "iPhone 在 中 国", "iphone 在 中 国"),
    "year in Chinese": ("2021年", "2021 年", "2021 年"),
    "Japanese": ("東京です", "東 京 で す", "東 京 で す"),
    "Katakana": ("タワー", "タ ワ ー", "タ ワ ー"),
    "half-width Katakana": ("ﾀﾜ", "ﾀ ﾜ", "タ ワ"),
    "voiced half-width Katakana": ("ｶﾞｽ", "ｶﾞ ｽ", "ガ ス"),
    "Thai": ("กรุงเทพ", "ก รุ ง เ ท พ", "ก รุ ง เ ท พ"),
    "Thai tone marks": ("ที่นี่", "ที่ นี่", "ที่ นี่"),
    "Lao": ("ລາວ", "ລ າ ວ", "ລ າ ວ"),
    "Khmer": ("កម្ពុជា", "ក ម្ ពុ ជា", "ក ម្ ពុ ជា"),
    "Myanmar": ("မြန်မာ", "မြ န် မာ", "မြ န် မာ"),
    # what is not seen
    "soft hyphen": (f"co{SHY}operate", f"co{SHY}operate", "cooperate"),
    "zero-width space": (f"zero{ZWSP}width", f"zero{ZWSP}width", "zerowidth"),
    "word joiner": (f"no{WJ}break", f"no{WJ}break", "nobreak"),
    "byte order mark inside": (f"byte{BOM}order", f"byte{BOM}order", "byteorder"),
    "several together": (f"a{SHY}{ZWJ}{ZWNJ}bc", f"a{SHY}{ZWJ}{ZWNJ}bc", "abc"),
    "Persian non-joiner": (f"می{ZWNJ}خواهم", f"می{ZWNJ}خواهم", "میخواهم"),
    "Hindi joiner": (f"क्{ZWJ}ष", f"क्{ZWJ}ष", "क्ष"),
    "only unseen": (f"{SHY}{ZWSP} {BOM}", "", ""),
    "soft hyphen and possessive": (f"presi{SHY}dent's", f"presi{SHY}dent", "president"),
    # compatibility forms
    "ligature": ("ﬁre ﬂight", "ﬁre ﬂight", "fire flight"),
    "full-width letters": ("ＣＳＴＯ", "ＣＳＴＯ", "csto"),
    "full-width digits": ("２０２１", "２０２１", "2021"),
    "circled number": ("①", "①", "1"),
    "Roman numeral": ("Ⅳ", "Ⅳ", "iv"),
    "superscript": ("km²", "km²", "km2"),
    "letter-like": ("ℌℯllo", "ℌℯllo", "hello"),
    "ellipsis": ("wait…what", "wait what", "wait what"),
    # numbers as words
    "grouped number": ("1,000.50", "1,000.50", "1,000.50"),
    "decimal": ("3.5", "3.5", "3.5"),
    "address of a host": ("192.168.0.1", "192.168.0.1", "192.168.0.1"),
    "range": ("10-20", "10 20", "10 20"),
    "number at the end": ("since 2021.", "since 2021", "since 2021"),
    "sum of money": ("$5m, €3.2bn", "5m 3.2bn", "5m 3.2bn"),
    "percent": ("50%", "50", "50"),
    "identifier": ("CVE-2021-44228", "CVE 2021 44228", "cve 2021 44228"),
}


@pytest.mark.parametrize(("text", "written", "folded"), WORDS.values(), ids=WORDS)
def test_words_are_cut_and_folded_as_written_down(text: str, written: str, folded: str) -> None:
    tokens = tokenize(text)
    cut = [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)]
    assert (written.split(" ") if written else []) == cut
    assert (folded.split(" ") if folded else []) == list(tokens.words)
