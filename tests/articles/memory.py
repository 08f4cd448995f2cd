"""The store's part in recognising articles, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.articles.identity import content_hash, identity_keys
from monitor.articles.judgement import Judgement, Verdict, judge
from monitor.model.article import Article, KnownArticle


@dataclass
class Memory:
    """Keeps articles as the store does: a key leads to the article that had it last."""

    known: dict[str, KnownArticle] = field(default_factory=dict)
    count: int = 0
    titles: dict[int, str] = field(default_factory=dict)
    """The title of each article, as first seen."""

    def see(self, article: Article) -> Judgement:
        """Take an article in, and return what it was."""
        found = judge(article, identity_keys(article), self.known)
        number = found.id
        if number is None:
            self.count += 1
            number = self.count
            self.titles[number] = article.title
        entry = next((one for one in self.known.values() if one.id == number), None)
        if entry is None or found.verdict is not Verdict.SAME:
            entry = KnownArticle(
                id=number,
                content_hash=content_hash(article),
                revision=1,
                title=article.title,
                url=article.url,
                published=article.published,
                story=None,
                late=False,
            )
            self.known = {
                key: entry if one.id == number else one for key, one in self.known.items()
            }
        self.known |= dict.fromkeys(found.keys, entry)
        return found
