"""Why an article is in its story, and which article that reason speaks of."""

from __future__ import annotations

from monitor.model.listing import MostLike, StoryArticle
from monitor.model.story import Joined


def reason(member: StoryArticle) -> str:
    """Return why an article is in its story, with the article that it was compared with."""
    told = f"{member.joined.value}: {member.detail}"
    like = member.most_like
    if like is None:
        return told
    is_like = "it is" if member.joined is Joined.OPENED else "most like"
    elsewhere = like.story is not None and like.story != member.story
    of_story = f" of story {like.story}" if elsewhere else ""
    title = "which is not stored any more" if like.title is None else f"“{like.title}”"
    return f"{told}; {is_like} article {like.article}{of_story}, {title}"


def most_like_object(like: MostLike | None) -> dict[str, object] | None:
    """Return what `--json` shows of the article that a reason speaks of."""
    if like is None:
        return None
    return {"article": like.article, "title": like.title, "story": like.story}
