"""`monitor hits dismiss`: the patch applies, and keeps the rule from such texts."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.projects import RULES, write

needs_patch = pytest.mark.skipif(shutil.which("patch") is None, reason="patch is not installed")


HOLDS = "holds", "began", "ended"
RULE = "rules:\n  - id: curfew\n    match: curfew*\n    tests:\n      hit: [{}]\n"


def apply(text: str, folder: Path) -> None:
    done = subprocess.run(
        ["patch", "-p0", "-d", str(folder)],
        input=text.encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def assert_kept(run: Run, folder: Path, patch: str, article: str, but: Sequence[str] = ()) -> None:
    """Check that both tools take a patch, that all tests pass then, and that nothing hits."""
    other = folder.parent / "other"
    shutil.copytree(folder, other)
    git = ["git", "apply", "-p0", "--unsafe-paths", f"--directory={other}"]
    subprocess.run(git, input=patch.encode(), cwd="/", check=True)
    apply(patch, folder)
    for file in (folder / "rules").rglob("*.yaml"):
        assert (other / file.relative_to(folder)).read_bytes() == file.read_bytes()
    assert run("test").code == 0
    hits = run("match", "--json", article).row["hits"]
    assert [hit["rule"] for hit in hits] == list(but)


@needs_patch
def test_the_patch_applies_and_the_rule_hits_the_text_no_more(run: Run, worked: Path) -> None:
    said = run("hits", "dismiss", "1")
    assert said.code == 0
    assert said.lines[:2] == ["--- rules/watch.yaml", "+++ rules/watch.yaml"]
    assert "-      none: [power]" in said.lines
    assert "+      none: [power, blackout began at noon]" in said.lines
    assert "+      miss: [A power cut., The internet blackout began at noon.]" in said.lines
    assert said.err == (
        "Dismissed 1 hit.\nThe rule has no other hit of the last 90 days: whether 'blackout began"
        " at noon' is too common to be excluded could not be tried. Look at it before you apply the"
        " patch.\n"
    )
    apply(said.out, worked)
    assert run("check").code == 0
    assert run("test", "blackout").err == "1 rule, 3 samples: 3 passed, 0 failed.\n"
    assert run("match", "--json", "articles/one.txt").row["hits"] == []
    assert run("hits", "--json", "--rule", "blackout").row["review"] == "dismissed"


@needs_patch
@pytest.mark.parametrize(
    "match",
    [
        "match: curfew*",
        "match: 'curfew*'",
        "match: ANY/1 (curfew*, lockdown)",
        "match: [curfew*, lockdown]",
        "match:\n      - curfew*\n      - lockdown",
        "match:\n      any:\n        - curfew*",
        "match: {any: [curfew*]}",
        "match:\n      any: curfew*\n      none: lifted",
        "match: |\n      curfew*\n      OR lockdown",
        "match: >-  # why\n      curfew*\n\n      OR lockdown\n",
        "match:\n      curfew* OR\n      lockdown",
        "match: curfew* OR\n     lockdown OR\n     outage",
        "match:\n    # the words\n    - curfew*\n    - lockdown  # two",
        "match: &words\n      - curfew*\n      - lockdown",
        "match: !!seq\n    - curfew*",
        "match:\n        - curfew*\n        - any: [lockdown]\n          none: [x]",
        "match:\n      any: curfew*\n      none: |\n        lifted\n        OR ended",
        "match:\n      none:\n      - lifted\n      any: curfew*",
        '"match" : "curfew* OR\n      lockdown"',
    ],
)
def test_every_way_to_write_a_match_finds_room_for_the_exclusion(
    run: Run, worked: Path, match: str
) -> None:
    write(worked, {"rules/watch.yaml": f"rules:\n  - id: curfew\n    {match}\n    level: low\n"})
    said = run("hits", "dismiss", "2")
    assert said.code == 0, said.err
    apply(said.out, worked)
    assert run("test").err == "1 rule, 1 sample: 1 passed, 0 failed.\n"
    assert run("match", "--json", "articles/two.txt").row["hits"] == []


@needs_patch
@pytest.mark.parametrize("breaks", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("name", ["watch.yaml", "watch list.yaml"])
def test_the_files_own_form_is_kept(
    run: Run, worked: Path, breaks: str, mark: str, name: str
) -> None:
    (worked / "rules" / "watch.yaml").unlink()
    text = "rules:\n  - id: curfew\n    match:\n      any: [curfew*]"
    before = (mark + text).replace("\n", breaks).encode()
    (worked / "rules" / name).write_bytes(before)
    said = run("hits", "dismiss", "2")
    assert said.code == 0, said.err
    apply(run("hits", "dismiss", "2").out, worked)
    after = (worked / "rules" / name).read_bytes()
    assert after.startswith(before)
    assert after.count(b"\r\n") == (after.count(b"\n") if breaks == "\r\n" else 0)
    assert run("test").err == "1 rule, 1 sample: 1 passed, 0 failed.\n"


def test_the_cheapest_exclusion_is_proposed_with_what_it_costs(run: Run, worked: Path) -> None:
    texts = {
        f"more{number}.txt": f"title: Curfew number {number}\n\nA curfew holds from nine on.\n"
        for number in range(3)
    }
    write(worked / "articles", texts)
    run("run", "--once")
    row = run("hits", "dismiss", "2", "--json").row
    assert row["exclude"] == "curfew holds from eight"
    assert (row["removes"], row["other_hits"], row["breaks"]) == ([], 3, 0)
    assert row["miss"] == "A curfew holds from eight on."
    assert row["folder"] == str(worked)
    assert "+++ rules/watch.yaml" in row["patch"]
    assert row["unusable"] is None


def test_what_every_exclusion_would_cost_is_told(run: Run, worked: Path) -> None:
    texts = {
        f"more{number}.txt": f"title: Curfew number {number}\n\nA curfew holds from eight on.\n"
        for number in range(12)
    }
    write(worked / "articles", texts)
    run("run", "--once")
    said = run("hits", "dismiss", "2")
    assert "would have removed 12 of the rule's 12 other hits of the last 90 days: hits 3, 4" in (
        said.err
    )
    assert said.err.strip().endswith("12, ….")
    # Dismissed ones do not count.
    run("hits", "dismiss", "3")
    assert "of the rule's 11 other hits" in run("hits", "dismiss", "2").err


def test_the_only_other_hit_is_told_in_words(run: Run, worked: Path) -> None:
    write(worked / "articles", {"more.txt": "title: Curfew\n\nA curfew holds from nine on.\n"})
    run("run", "--once")
    said = run("hits", "dismiss", "2")
    assert (
        "'curfew holds from eight' would not have removed the rule's only other hit of the last"
        in said.err
    )
    write(worked / "articles", {"bare.txt": "title: A\n\nThe curfew holds.\n"})
    run("run", "--once")
    said = run("hits", "dismiss", "4")
    assert (
        "'curfew holds' would have removed the rule's only other hit of the last 90 days: hit 3. So"
        " few say little about it: look at the phrase before you apply the patch.\n" in said.err
    )
    write(worked / "articles", {"last.txt": "title: A\n\nA curfew began.\n"})
    run("run", "--once")
    said = run("hits", "dismiss", "4")
    assert "would have removed 1 of the rule's 2 other hits of the last 90 days: hit 3." in said.err


def test_many_other_hits_are_all_counted(run: Run, worked: Path) -> None:
    rows = (
        {"title": f"No {number}", "text": f"A curfew {HOLDS[number % 3]} for {number}. It is so."}
        for number in range(2_500)
    )
    (worked / "articles" / "many.jsonl").write_text("".join(f"{json.dumps(it)}\n" for it in rows))
    run("run", "--once")
    row = run("hits", "dismiss", "2", "--json").row
    assert row["other_hits"] == 2_500
    assert row["removes"] == []
    last = run("hits", "--json", "--limit", "1").row["hit"]
    row = run("hits", "dismiss", str(last), "--json").row
    assert row["exclude"] == "curfew holds"
    assert len(row["removes"]) == 833  # itself apart


def test_an_exclusion_that_breaks_the_rules_own_samples_is_told(run: Run, worked: Path) -> None:
    write(worked, {"rules/watch.yaml": RULE.format("{file: ../articles/two.txt}")})
    said = run("hits", "dismiss", "2")
    assert said.err.splitlines()[1].startswith(
        "With this patch 1 `hit` sample of the rule's own would fail: change"
    )
    assert run("hits", "dismiss", "2", "--json").row["breaks"] == 1


def test_a_sample_is_spared_if_another_phrase_does(run: Run, worked: Path) -> None:
    write(worked, {"rules/watch.yaml": RULE.format("The curfew holds now.")})
    row = run("hits", "dismiss", "2", "--json").row
    assert row["breaks"] == 0
    assert row["exclude"] not in {"curfew holds", "holds"}


@needs_patch
def test_a_copy_of_the_text_adds_its_sample_no_second_time(run: Run, worked: Path) -> None:
    copy = "date 2026-01-06\ntitle: Copy\n\nA curfew  holds from\neight on.\n"
    write(worked / "articles", {"copy.txt": copy})
    run("run", "--once")
    apply(run("hits", "dismiss", "2").out, worked)
    for hit in ("2", "3"):
        said = run("hits", "dismiss", hit)
        assert said.out == ""
        assert said.err == (
            "Dismissed 1 hit.\nThe rule as it is now does not hit this article, and its tests have"
            " the sample: there is nothing to patch.\n"
        )


@needs_patch
def test_a_sample_that_is_there_is_not_added_again(run: Run, worked: Path) -> None:
    rule = RULE.replace("hit:", "miss:").format("A curfew holds from eight on.")
    write(worked, {"rules/watch.yaml": rule})
    said = run("hits", "dismiss", "2")
    assert "The rule's tests have the sample already: only the exclusion is added.\n" in said.err
    assert_kept(run, worked, said.out, "articles/two.txt")


LONG = "word, " * 100


@needs_patch
@pytest.mark.parametrize(
    ("match", "text", "sample"),
    [
        (
            "marathon AND road closure*",
            "The marathon takes place on Sunday. Police announced a road closure.",
            "The marathon takes place on Sunday. Police announced a road closure.",
        ),
        (
            "ATLEAST/3 protest*",
            "It rains. A protest. Another protest. More protesters marched. They left.",
            "A protest. Another protest. More protesters marched.",
        ),
        (
            "alpha NEAR/P omega",
            "A note.\n\nWe met alpha in Paris. It rains. Then omega comes. Bye.",
            "We met alpha in Paris. It rains. Then omega comes.",
        ),
        (
            "title:tennis AND body:racket",
            "It rains. The racket broke. It ended.",
            "{title: Tennis tonight, text: The racket broke.}",
        ),
        ("title:tennis", "It rains.", "{title: Tennis tonight}"),
        (
            "{all: [mayor, fraud, title:tennis]}",
            "The mayor speaks.\n\nIt is fraud. Over.",
            '{title: Tennis tonight, text: "The mayor speaks.\\n\\nIt is fraud."}',
        ),
        ("学生", "大学生们昨天在北京抗议。学校关闭了。", '"大学生们昨天在北京抗议。"'),
        ("बिजली", "शहर में बिजली नहीं है। लोग परेशान हैं।", '"शहर में बिजली नहीं है।"'),
        ("東京", "昨日、東京で大きな地震がありました。", '"昨日、東京で大きな地震がありました。"'),
        ("cat", "A cat in the hat is on it. It rains.", "A cat in the hat is on it."),
        ("protestword", f"{LONG}protestwordsandmore and a protestword came late. Over.", ""),
        ("protestword", f"{'o' * 390} protestwordsandmore and protestword is it. Over.", ""),
    ],
)
def test_the_sample_hits_before_the_patch_and_misses_after_it(
    run: Run, worked: Path, match: str, text: str, sample: str
) -> None:
    rule = "rules:\n  - id: a\n    match: {}\n{}"
    write(worked, {"rules/watch.yaml": rule.format(match, "")})
    write(worked / "articles", {"new.txt": f"title: Tennis tonight\n\n{text}\n"})
    run("run", "--once")
    hit = run("hits", "--json", "--rule", "a").row["hit"]
    said = run("hits", "dismiss", str(hit))
    added = said.lines[-1].removeprefix("+        - ")
    if sample:
        assert added == sample
    else:
        assert len(added) < 410
        assert "protestword" in added.split()
    write(worked, {"rules/watch.yaml": rule.format(match, f"    tests: {{hit: [{added}]}}\n")})
    assert run("test").code == 0
    write(worked, {"rules/watch.yaml": rule.format(match, "")})
    assert_kept(run, worked, said.out, "articles/new.txt")


@needs_patch
def test_what_hits_only_in_a_very_long_passage_gets_no_sample(run: Run, worked: Path) -> None:
    rules = "rules:\n  - id: a\n    match: marathon AND closure\n"
    write(worked, {"rules/watch.yaml": rules})
    text = f"title: A\n\nA marathon begins. {LONG * 40}. A closure holds.\n"
    write(worked / "articles", {"new.txt": text})
    run("run", "--once")
    said = run("hits", "dismiss", "3")
    assert "No sample is added: no passage of up to 20,000 characters hits the rule by" in said.err
    assert run("hits", "dismiss", "3", "--json").row["sample"] is None
    assert_kept(run, worked, said.out, "articles/new.txt")


def test_a_mended_rule_whose_former_version_is_not_known_gets_nothing(
    run: Run, worked: Path
) -> None:
    with sqlite3.connect(worked / "monitor.db") as database:
        database.execute("UPDATE rule_versions SET text = 'rules: ['")
    write(worked, {"rules/watch.yaml": "rules: [{id: curfew, match: snow}]\n"})
    said = run("hits", "dismiss", "2")
    assert (said.out, said.err.splitlines()[1]) == (
        "",
        "The rule as it is now does not hit this article: there is nothing to patch.",
    )


def test_a_mended_rule_with_shared_tests_is_told_its_sample(run: Run, worked: Path) -> None:
    rules = (
        "rules:\n  - {id: b, match: y, tests: &t {miss: [x]}}\n"
        "  - {id: curfew, match: snow, tests: *t}\n"
    )
    write(worked, {"rules/watch.yaml": rules})
    said = run("hits", "dismiss", "2")
    assert said.out == ""
    assert said.err.splitlines()[2:] == [
        "In place of `*t`, write the tests of curfew out, with this in their `miss`: A curfew"
        " holds from eight on."
    ]


@needs_patch
@pytest.mark.parametrize("name", ["a\tb.yaml", 'ünï "q" b.yaml', "back\\slash.yaml", "it's.yaml"])
def test_any_name_of_a_file_is_taken_by_both_tools(run: Run, worked: Path, name: str) -> None:
    (worked / "rules" / "watch.yaml").rename(worked / "rules" / name)
    assert_kept(run, worked, run("hits", "dismiss", "2").out, "articles/two.txt")


def test_a_rule_that_was_mended_since_gets_the_sample_alone(run: Run, worked: Path) -> None:
    file = worked / "rules" / "watch.yaml"
    file.write_text(file.read_text().replace("(blackout OR shutdown)", "shutdown"))
    said = run("hits", "dismiss", "1")
    assert said.err == (
        "Dismissed 1 hit.\n"
        "The rule as it is now does not hit this article: only the sample is added.\n"
    )
    assert "+      miss: [A power cut., The internet blackout began at noon.]" in said.lines
    assert "none:" not in "".join(line for line in said.lines if line.startswith("+"))
    assert run("hits", "dismiss", "1", "--json").row["exclude"] is None


def test_without_a_usable_phrase_nothing_is_patched_and_it_says_what_to_do(
    run: Run, worked: Path
) -> None:
    write(worked / "articles", {"only.txt": "title: Curfew\n\nCurfew.\n"})
    run("run", "--once")
    said = run("hits", "dismiss", "3")
    assert said.out == ""
    assert said.err == (
        "Dismissed 1 hit.\n"
        "No phrase of the passage could exclude it: there is nothing to patch.\n"
        "Make the rule's match narrower, so that it misses such texts.\n"
        "Add this to the `miss` of its tests: Curfew.\n"
    )
    row = run("hits", "dismiss", "3", "--json").row
    assert (row["patch"], row["exclude"], row["miss"]) == (None, None, "Curfew.")
    assert len(row["by_hand"]) == 2


@needs_patch
def test_where_the_sentence_has_no_phrase_a_larger_passage_does(run: Run, worked: Path) -> None:
    write(worked / "articles", {"only.txt": "title: Tennis tonight\n\nCurfew.\n"})
    run("run", "--once")
    said = run("hits", "dismiss", "3")
    assert (
        "+    tests: {hit: [Curfews began.], miss: [A law., "
        "{title: Tennis tonight, text: Curfew.}]}" in said.lines
    )
    assert_kept(run, worked, said.out, "articles/only.txt")


SHARED = """\
rules:
  - {id: b, match: &words WORDS, tests: {miss: [A law.]}}
  - id: curfew
    match: *words
"""


@needs_patch
@pytest.mark.parametrize("words", ["curfew*", "[curfew*, x]", "{any: [curfew*, x], none: [y]}"])
@pytest.mark.parametrize("order", ["alias", "anchor"])
def test_what_another_rule_shares_stays_as_it_is(
    run: Run, worked: Path, words: str, order: str
) -> None:
    text = SHARED.replace("WORDS", words)
    if order == "anchor":
        text = (
            text.replace("id: b", "id: c").replace("id: curfew", "id: b").replace("c,", "curfew,")
        )
    write(worked, {"rules/watch.yaml": text})
    said = run("hits", "dismiss", "2")
    assert_kept(run, worked, said.out, "articles/two.txt", but=["b"])


@needs_patch
@pytest.mark.parametrize(
    "words",
    ["\n      any: [curfew*]", " # why\n        any:\n        - curfew*\n        none: [x]"],
)
def test_what_is_shared_in_lines_becomes_an_item(run: Run, worked: Path, words: str) -> None:
    rules = f"rules:\n  - id: curfew\n    match: &words{words}\n  - {{id: b, match: *words}}\n"
    write(worked, {"rules/watch.yaml": rules})
    said = run("hits", "dismiss", "2")
    assert_kept(run, worked, said.out, "articles/two.txt", but=["b"])


@pytest.mark.parametrize(
    ("rule", "why", "told"),
    [
        (
            "match: '*', only: {source: desk}",
            "The match of curfew is `*`, every article, and nothing can stand beside that",
            "Nothing can be excluded from `*`: narrow the rule's `only`, or let it name words.",
        ),
        (
            "match: curfew* OR\n    lockdown",
            "FILE is not written so that a patch could add to curfew",
            "To exclude it, write the rule's match as `{any: …, none: [curfew holds]}`.",
        ),
        (
            "match: &m curfew* OR\n    lockdown}\n  - {id: b, match: *m",
            "curfew shares its match with b by the anchor `&m`, and no patch could add to curfew"
            " alone",
            "Move `&m` and its value to b, in place of `*m`, so that it stays as it is, and write"
            " the match of curfew out without the anchor, as `{any: …, none: [curfew holds]}`.",
        ),
    ],
)
def test_where_no_sound_patch_can_be_made_it_says_what_to_write(
    run: Run, worked: Path, rule: str, why: str, told: str
) -> None:
    write(worked, {"rules/watch.yaml": f"rules:\n  - {{id: curfew, {rule}}}\n"})
    said = run("hits", "dismiss", "2")
    assert said.out == ""
    assert said.err.splitlines()[1:] == [
        f"{why.replace('FILE', str(worked / 'rules' / 'watch.yaml'))}: there is nothing to patch.",
        told,
        "Add this to the `miss` of its tests: A curfew holds from eight on.",
    ]


@needs_patch
def test_tests_that_are_shared_get_no_sample(run: Run, worked: Path) -> None:
    rules = (
        "rules:\n  - {id: b, match: y, tests: &t {miss: [x]}}\n"
        "  - {id: curfew, match: curfew, tests: *t}\n"
    )
    write(worked, {"rules/watch.yaml": rules})
    said = run("hits", "dismiss", "2")
    assert (
        "Only the exclusion is added: the rule's tests are shared with others. Add this to the"
        " `miss` of its own: A curfew holds from eight on.\n" in said.err
    )
    assert_kept(run, worked, said.out, "articles/two.txt")


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("rules:\n  - {id: other, match: x}\n", "The rule curfew is not in "),
        (
            "lists: {all: [curfew]}\nrules:\n  - id: curfew\n    match: curfew\n"
            "    tests: &t {miss: [x]}\n  - {id: b, match: y, tests: *t}\n",
            "",
        ),
        (
            "rules:\n  - {id: a, match: y}\n  - {id: curfew, correlate: "
            "{rules: [a], within: 1h, distinct: articles, at_least: 2}}\n",
            "curfew counts the hits of other rules: dismiss one of those: there is nothing",
        ),
    ],
)
def test_where_nothing_can_be_patched_it_says_why(
    run: Run, worked: Path, rules: str, told: str
) -> None:
    write(worked, {"rules/watch.yaml": rules})
    said = run("hits", "dismiss", "2")
    assert said.code == 0
    assert (said.out == "") == bool(told)
    assert told in said.err
    row = run("hits", "dismiss", "2", "--json").row
    assert (row["patch"] is None) == bool(told)
    assert bool(row["unusable"]) == bool(told)


def test_a_rule_file_in_another_encoding_cannot_be_patched(run: Run, worked: Path) -> None:
    text = "rules:\n  - {id: curfew, match: curfew}\n"
    (worked / "rules" / "watch.yaml").write_bytes(text.encode("utf-16"))
    said = run("hits", "dismiss", "2")
    assert said.code == 0
    assert said.out == ""
    assert "watch.yaml is in UTF-16, which `patch` cannot read: there is nothing to pa" in said.err
    assert "Save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`), and dismiss 2 again.\n" in said.err


def test_errors_of_other_rules_hold_up_no_patch(run: Run, worked: Path) -> None:
    write(worked, {"rules/more.yaml": "rules: [{id: x, match: (a}]\n"})
    said = run("hits", "dismiss", "2")
    assert (said.code, said.lines[0]) == (0, "--- rules/watch.yaml")


def test_a_rule_with_errors_is_mended_first(run: Run, worked: Path) -> None:
    write(worked, {"rules/watch.yaml": RULES.replace("match: curfew*", "match: (curfew*")})
    said = run("hits", "dismiss", "2")
    assert said.code == 2
    assert said.err.startswith("Dismissed 1 hit.\n")
    assert "has errors, so no patch can be made: `monitor check` shows them" in said.err


@needs_patch
@pytest.mark.parametrize("where", ["..", "../elsewhere"])
def test_from_elsewhere_the_patch_says_where_it_applies(
    run: Run, worked: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    folder = worked / where
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    said = run("hits", "dismiss", "2", "--config", worked / "monitor.yaml")
    if where == "..":
        assert said.lines[0] == "--- project/rules/watch.yaml"
        apply(said.out, folder)
    else:
        # `patch` takes no names that lead upwards.
        assert said.lines[0] == "--- watch.yaml"
        assert f"Apply the patch in that folder: patch -p0 -d {worked}/rules\n" in said.err
        apply(said.out, worked / "rules")
    assert run("match", "--json", worked / "articles/two.txt", "--config", worked / "monitor.yaml")
