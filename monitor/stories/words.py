"""Words that say little about an event, days of the week, and a light Ukrainian stemmer.

The lists are those of English, Russian and Ukrainian together: an article may mix them, and no
word of one means something else of weight in another. What is common beyond them is learned
from the store's document frequencies.
"""

from __future__ import annotations

from monitor.text.stems import stem

_ENGLISH = """
a about above according across after again against all almost already also although always am
among an and another any anyone anything are around as ask asked asks at away back be became
because become been before began behind being below between both but by call called came can come
could day days did do does done down during each early either eight eleven else end even ever
every far few first for former found from full further gave get give given go going good got great
had half has have having he her here herself high him himself his home how however i if in
including into is it its itself just keep kept know known large last late later least left less
let like likely long made mainly make making man many may me mean media meet men might more most
much must my near need never new news next no nor not nothing now number of off often old on once
one only or order other others our out over own part people per place point put quite rather read
report reported reporter reporters reports said same saw say saying says second see seen set
several shall she should since small so some something soon sources spokesman spokesperson
spokeswoman state still story such take taken than that the their them themselves then there these
they thing things think this those though three through time to today together told tomorrow too
took toward towards two under until up update upon us use used very via want was watch way we week
well went were what when where whether which while who whole whom whose why will with within
without work world would year years yes yesterday yet you your mr mrs ms dr
"""

_NUMBERS = """
three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand
thousands million millions billion billions trillion dozen dozens percent per cent три четыре пять
шесть семь восемь девять десять двадцать сто сотни тысяча тысячи тысяч миллион миллиона миллионов
миллиард миллиарда миллиардов млн млрд трлн тыс процент процента процентов чотири шість сім вісім
двадцять тисяча тисячі тисяч мільйон мільйона мільйонів мільярд мільярда мільярдів відсоток
відсотка відсотків
"""

_RUSSIAN = """
а автор агентство без более больше будет будто будут бы был была были было быть в вам вас ведь
весь во вообще вот впрочем время все всегда всего всей всем всех всю всё вчера вы где год года
году годах годов да даже данным два две дела день для дня до довольно его едва ее ей ему если есть
еще ж же за заявил заявила заявили зачем здесь и из или им ими иметь имени их к каждый как какая
какие какой когда которая которого которое которой котором которому которую которые который
которым которых кто куда ли либо лишь лучше между меня месте месяц мне много может можно мои мой
моя мы на над надо нам написал написала например нас наш наши не него нее ней некоторые нельзя
несколько нет ни нибудь никогда ним ними них ничего но новости новый ну нужно о об обо однако один
одна одно около он она они оно опять от отметил отметила очень по под подробнее пока после потом
потому почти пояснил поэтому при про просто раз разве рассказал рассказала рассказали ранее с
сказал сказала самая сам сама сами само самый своего своей своем свои своим своих свое свой свою
себе себя сегодня сейчас слова словам сми со сообщает сообщают сообщил сообщила сообщили сообщило
сообщению среди стал стала стали стало также так такая такие такой там тебя тем теперь то тогда
того тоже той только том тот тут ты у уж уже уточнил хорошо хоть хотя чего человек человека чем
через что чтоб чтобы чуть эта эти этим этих это этого этой этом этому этот эту я является
"""

_UKRAINIAN = """
або автор агентство адже але багато без би близько був буде будуть була були було бути в вам вас
вже ви від відповідно він вона вони воно все всі всіх втім далі даними де день дещо для дні дня до
доки дуже є ж же з за завжди задля заявив заявила заявили зазначив зазначила зараз зі знову і із
інші інший її їй їм їх їхній його йому каже кажуть кілька коли кого кожен котрий крім куди лише
людей ми між мій може можна моя на над нас наш не нею ні ніж ним них ніхто нічого новини о об один
одна однак ось оскільки отже перед під підписуйтесь після по повідомив повідомило повідомила
повідомили повідомляє повідомляють повідомлення поки понад при про проте раніше раз разом рік року
роки років розповів розповіла розповіли сам сама саме самі свій своє своєї своїх свою свої себе
серед словами слова собі сьогодні та так така також такий такі там те тепер ти тих тільки тим то
тобто тоді той тому тут у уже усі учора хоч хоча хто ще щонайменше внаслідок це цей цих цього
цьому ця ці цю час часу через чи чим що щоб щодо якби яка який якій яким яких якого якої якому
якою яку як якщо які яке я
"""

_MONTHS = """
january february march april may june july august september october november december jan feb mar
apr jun jul aug sep sept oct nov dec январь января январе февраль февраля феврале март марта марте
апрель апреля апреле май мая мае июнь июня июне июль июля июле август августа августе сентябрь
сентября сентябре октябрь октября октябре ноябрь ноября ноябре декабрь декабря декабре січень
січня січні лютий лютого лютому березень березня березні квітень квітня квітні травень травня
травні червень червня червні липень липня липні серпень серпня серпні вересень вересня вересні
жовтень жовтня жовтні листопад листопада листопаді грудень грудня грудні
"""

_DAYS = """
monday понедельник понедельника понедельнику понедельником понедельнике понеділок понеділка\
 понеділку понеділком
tuesday вторник вторника вторнику вторником вторнике вівторок вівторка вівторку вівторком
wednesday среда среду среды средой середа середу середи середою
thursday четверг четверга четвергу четвергом четверге четвер четвергом
friday пятница пятницу пятницы пятнице пятницей ятниця ятницю ятниці ятницею
saturday суббота субботу субботы субботе субботой субота суботу суботи суботі суботою
sunday воскресенье воскресенья воскресенью воскресеньем неділя неділю неділі неділею
"""

DAYS: dict[str, int] = {
    word: number
    for number, words in enumerate(_DAYS.strip().splitlines())
    for word in words.split()
}
"""Folded name of a day of the week, in any case, to its number (0 = Monday)."""

STOP_WORDS: frozenset[str] = frozenset(
    (_ENGLISH + _NUMBERS + _RUSSIAN + _UKRAINIAN + _MONTHS).replace("ё", "е").split()
)
"""Folded words that are no terms."""

_NEWS_ENGLISH = """
president government minister ministry police court official officials country city capital killed
died dead death injured attack national party election leader law parliament security military army
support announced decision meeting group company public statement head member members political
region international foreign force forces authorities investigation case council committee chief
dollar pound euro woman women resident local open work plan service centre expect director
"""

_NEWS_RUSSIAN = """
президент правительство министр министерство полиция суд страна город область район власти глава
погибли погибших погиб пострадали пострадавших произошло произошла парламент депутат закон компания
решение комитет руководитель представитель заседание население жители ситуация безопасность
государственный официальный российский республика центр группа дело следствие работа служба стране
рублей доллар евро возбуждено уголовное областной районный городской женщина мужчина жертва пресс
утром ночью вечером местный первый второй директор решить получить работать пройти выйти начать
"""

_NEWS_UKRAINIAN = """
президент уряд міністр міністерство поліція суд країна місто область район влада голова загинули
загиблих постраждали постраждалих сталося сталася парламент депутат закон компанія рішення комітет
керівник представник засідання населення мешканці ситуація безпека державний офіційний український
республіка центр група справа слідство робота служба країні міста гривень доларів євро обласний
районний міський жінка чоловік зранку вночі увечері місцевий перший другий директор отримати почати
"""

_ALL_ENDINGS = """
а я у ю е є и і ї о ь й ам ям ах ях ом ем єм ою ею єю ів їв ей ії ію ією ами ями ові еві єві ий ій
ої ого ому им ім их іх ими іми ую юю ати яти ити іти ути ав яв ив ала яла ила іла али яли или іли
ало яло ило іло ать ять ють уть ить їть ена ено ені ений
"""
_ENDINGS = sorted(_ALL_ENDINGS.split(), key=len, reverse=True)
_STEM = 4
_CLOSED = str.maketrans("ії", "оє")
"""What stands in closed syllables for what stands in open ones."""
_FLEETING = frozenset({"ец", "ок", "ер"})
_SLAVIC = 6
"""Letters of a Russian or Ukrainian stem that are compared: `забастовка` is `забастовочный`."""


def ukrainian_stem(word: str) -> str:
    """Return a folded Ukrainian word without its inflection, at least four letters of it.

    Cuts the longest known ending once, as Snowball has no Ukrainian: enough to bring the cases
    of a name together (`Шебол`, `Шеболі`, `Шеболом`), not meant to be a linguist's stem. Vowels
    that change or vanish where an ending comes are told as they are there: `Львів` is `Львова`,
    `міст` `мосту`, `Кравець` `Кравця`, `ринок` `ринку`.
    """
    stemmed = word
    for ending in _ENDINGS:
        if len(word) - len(ending) >= _STEM and word.endswith(ending):
            stemmed = word[: -len(ending)]
            break
    if len(stemmed) < _STEM:
        return stemmed
    stemmed = stemmed.translate(_CLOSED)
    if len(stemmed) > _STEM and stemmed[-2:] in _FLEETING:
        return stemmed[:-2] + stemmed[-1]
    return stemmed


def term_of(word: str, lang: str) -> str | None:
    """Return the stem that a folded word is compared by, None where its language has none.

    Words in Latin letters are stemmed as English in Russian and Ukrainian texts (`NATO`).
    Russian and Ukrainian derive so many words from one root that stems are cut, too: what begins
    alike is alike (McNamee and Mayfield, "Character n-gram tokenization for European language
    text retrieval", 2004, find that as good as stemming for them).
    """
    if "a" <= word[0] <= "z":
        return stem(word, "en" if lang in {"ru", "uk"} else lang)
    stemmed = ukrainian_stem(word) if lang == "uk" else stem(word, "ru" if lang == "en" else lang)
    return stemmed[:_SLAVIC] if stemmed and lang in {"ru", "uk"} else stemmed


COMMON_TERMS: frozenset[str] = frozenset(
    stemmed
    for lang, words in (("en", _NEWS_ENGLISH), ("ru", _NEWS_RUSSIAN), ("uk", _NEWS_UKRAINIAN))
    for word in words.split()
    if (stemmed := term_of(word, lang))
)
"""Terms that every newsroom uses: taken for common until the store has counted for itself."""
