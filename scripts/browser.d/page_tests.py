"""What people do with a page."""

import unittest

from browser import Browser, build, listed, page
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

import streams

#: Seconds of work for a page of 100,000 tests.
MOST_WORK = 2
#: What WCAG 2 asks for text.
LEAST_CONTRAST = 4.5


def setUpModule():
    global browser, pages
    build()
    made = {"empty": b"", "small": streams.small(), "hostile": streams.hostile(), "some": streams.large(1000)}
    pages = {name: page(name, stream) for name, stream in made.items()}
    browser = Browser()


def tearDownModule():
    browser.quit()


class PageTest(unittest.TestCase):
    def setUp(self):
        browser.open(pages["small"])

    def tearDown(self):
        self.assertEqual(browser.complaints(), [], "the console is empty, and the policy forbids nothing")

    def rows(self):
        return browser.script("return [...document.querySelectorAll('.row .name')].map((it) => it.firstChild.textContent)")

    def failures(self):
        return browser.script("return [...document.querySelectorAll('.test:not([hidden]) h3')].map((it) => it.textContent)")

    def expect_rows(self, *expected):
        browser.wait(lambda: self.rows() == list(expected))

    def search(self, words):
        field = browser.one("#search")
        field.clear()
        field.send_keys(words)

    def choose(self, id, label):
        Select(browser.one(f"#{id}")).select_by_visible_text(label)


class Reading(PageTest):
    def test_the_page_says_what_became_of_the_run(self):
        self.assertEqual(browser.text("h1"), "4 of 9 tests failed")
        self.assertEqual(self.failures(), ["m.bad", "m.surprise", "subunit.parser", "m.hangs"])
        self.assertEqual(
            self.rows(),
            ["m.first", "m.bad", "m.skipped", "m.known", "m.surprise", "m.slowest", "m.last", "subunit.parser", "m.hangs"],
        )

    def test_pictures_are_shown(self):
        picture = "document.querySelector('img')"
        browser.script(f"{picture}.scrollIntoView()")
        browser.wait(lambda: browser.script(f"return {picture}.naturalWidth") == 1)

    def test_a_row_unfolds_by_pointer_and_by_keyboard(self):
        first, second = browser.all(".row > summary")[:2]
        first.click()
        browser.wait(lambda: "worker-0" in browser.text(".row dl"))
        self.assertIn("2026-11-26 02:50:03.000 UTC", browser.text(".row dl"))
        first.send_keys(Keys.TAB)
        browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
        browser.wait(lambda: second.find_element("xpath", "..").get_attribute("open"))

    def test_a_row_of_a_failure_leads_to_the_failure(self):
        browser.all(".row > summary")[1].click()
        browser.wait(lambda: browser.all(".row a"))
        browser.script("document.querySelector('.test').open = false")
        browser.one(".row a").click()
        browser.wait(lambda: browser.one(".test").get_attribute("open"))
        self.assertTrue(browser.driver.current_url.endswith("#t2"))

    def test_an_address_of_a_failure_unfolds_it_although_filters_hide_it(self):
        browser.script("document.querySelector('.test').open = false")
        self.search("m.last")
        self.expect_rows("m.last")
        browser.script("location.hash = '#t2'")
        browser.wait(lambda: browser.one(".test").get_attribute("open") and browser.one(".test").is_displayed())

    def test_all_failures_fold_and_unfold(self):
        browser.one("#fold").click()
        self.assertEqual(len(browser.all(".test[open]")), 0)
        browser.one("#unfold").click()
        self.assertEqual(len(browser.all(".test[open]")), 4)


class Finding(PageTest):
    def test_search_finds_ids_and_texts_in_any_case(self):
        self.search("SLOWEST")
        self.expect_rows("m.slowest")
        self.assertEqual(self.failures(), [])
        self.assertEqual(browser.text("#tests-count"), "1 of 9")
        self.search("no database")
        self.expect_rows("m.skipped")
        self.search("needle & <thread>")
        self.expect_rows("m.bad")
        self.assertEqual(self.failures(), ["m.bad"])
        self.search("x.py")
        self.expect_rows("m.bad")
        self.search("nothing has this")
        self.expect_rows()

    def test_filters_choose_outcome_worker_and_tag(self):
        self.choose("outcome", "all failures")
        self.expect_rows("m.bad", "m.surprise", "subunit.parser", "m.hangs")
        self.choose("worker", "worker-0")
        self.expect_rows("m.bad", "m.hangs")
        self.choose("outcome", "all")
        self.choose("worker", "all")
        self.choose("tag", "slow")
        self.expect_rows("m.skipped", "m.known", "m.surprise", "m.slowest")
        self.choose("outcome", "skipped")
        self.expect_rows("m.skipped")
        browser.one("#filters button").click()
        browser.wait(lambda: len(self.rows()) == 9 and len(self.failures()) == 4)

    def test_tests_that_were_not_run_are_shown_if_asked_for(self):
        self.choose("outcome", "not run")
        self.expect_rows("m.listed")

    def test_a_total_is_a_filter(self):
        browser.one(".totals .skipped a").click()
        self.expect_rows("m.skipped")
        self.assertEqual(Select(browser.one("#outcome")).first_selected_option.text, "skipped")

    def test_the_slowest_come_first_if_asked_for(self):
        self.choose("order", "slowest first")
        browser.wait(lambda: self.rows()[:3] == ["m.slowest", "m.bad", "m.first"])
        self.choose("order", "by id")
        browser.wait(lambda: self.rows() == sorted(self.rows()))

    def test_the_keyboard_is_enough(self):
        browser.one("body").send_keys("/")
        browser.driver.switch_to.active_element.send_keys("m.last", Keys.ENTER)
        self.expect_rows("m.last")
        seen = []
        for _ in range(6):
            browser.driver.switch_to.active_element.send_keys(Keys.TAB)
            seen.append(browser.script("return document.activeElement.id || document.activeElement.type"))
        self.assertEqual(seen[:5], ["outcome", "worker", "tag", "order", "reset"])

    def test_rows_are_filled_in_as_they_are_reached(self):
        browser.open(pages["some"])
        self.assertEqual(len(self.rows()), 100)
        self.assertEqual(browser.text("#tests-count"), "1,000")
        browser.script("document.getElementById('more').scrollIntoView()")
        browser.wait(lambda: len(self.rows()) >= 200)
        while browser.one("#more").is_displayed():
            browser.script("document.getElementById('more').click()")
        self.assertEqual(len(self.rows()), 1000)


class Timeline(PageTest):
    def test_bars_have_names_and_failures_are_links(self):
        titles = browser.texts(".timeline rect:not(.track) title")
        self.assertEqual(len(titles), 8)
        self.assertIn("m.slowest: passed, 9.000 s", titles)
        self.assertIn("m.hangs: unfinished, still running after 14.9 s", titles)
        browser.one("#fold").click()
        bar = browser.one(".timeline a .failed")
        browser.script("arguments[0].scrollIntoView({ block: 'center' })", bar)
        bar.click()
        browser.wait(lambda: browser.all("#t2[open]"))

    def test_an_unfinished_test_is_open_to_the_right_and_lanes_show_who_ended_early(self):
        box = "const box = document.querySelector(arguments[0]).getBoundingClientRect(); return box.right"
        end = browser.script(box, ".timeline .track")
        self.assertAlmostEqual(browser.script(box, ".timeline .unfinished"), end, delta=1)
        self.assertLess(browser.script(box, ".timeline .xfail"), end - 100)

    def test_the_shortest_test_is_seen_on_a_telephone(self):
        browser.open(pages["small"], width=390)
        width = "return document.querySelector('.timeline .uxsuccess').getBoundingClientRect().width"
        self.assertGreaterEqual(browser.script(width), 1)


class Safety(PageTest):
    def setUp(self):
        browser.open(pages["hostile"])

    def test_nothing_in_a_stream_becomes_markup_or_script(self):
        browser.one("#unfold").click()
        for summary in browser.all(".row > summary, .file > summary"):
            browser.script("arguments[0].click()", summary)
        self.assertEqual(browser.driver.title, "4 of 6 tests failed - test results")
        strangers = browser.script("return document.querySelectorAll('main img, main b:not(.badge), main script').length")
        self.assertEqual(strangers, 0)
        self.assertIn(streams.MARKUP, browser.texts(".test h3"))
        self.assertIn(streams.MARKUP, browser.texts(".test pre"))

    def test_control_characters_are_shown_as_the_tools_show_them(self):
        names = [name for name in listed(streams.hostile()) if len(name) < 1000]
        shown = [name for name in self.rows() if len(name) < 1000]
        self.assertEqual(shown, names)
        self.assertTrue(set(name for name in self.failures() if len(name) < 1000) <= set(names))
        options = browser.texts("#worker option, #tag option")
        self.assertIn(streams.MARKUP, options)

    def test_what_is_put_into_the_page_does_not_run(self):
        browser.script("document.body.insertAdjacentHTML('beforeend', arguments[0])", streams.MARKUP)
        browser.script("document.body.append(Object.assign(document.createElement('script'), { text: arguments[0] }))", "document.title = 'run'")
        browser.wait(lambda: len(browser.script("return violations")) >= 3)
        self.assertNotEqual(browser.driver.title, "run")
        self.assertTrue(browser.complaints(), "these are the complaints of this test")
        browser.script("window.violations = []")

    def test_long_names_are_cut(self):
        self.assertLess(max(len(name) for name in self.rows()), 1100)
        self.assertLess(max(len(name) for name in browser.texts(".test h3")), 1100)


class Looks(PageTest):
    def test_no_page_is_wider_than_a_telephone(self):
        for name in pages:
            for width in 320, 390, 1400:
                browser.open(pages[name], width=width)
                browser.script("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
                self.assertLessEqual(browser.script("return document.documentElement.scrollWidth"), width, f"{name}, {width}")

    def test_text_stands_out_in_light_and_dark(self):
        for scheme in "light", "dark":
            with browser.media(scheme=scheme):
                least, text = browser.script(CONTRAST)
                self.assertGreaterEqual(least, LEAST_CONTRAST, f"{scheme}: {text}")

    def test_fields_and_buttons_have_names_and_headings_go_down(self):
        unnamed = "return [...document.querySelectorAll('input, select')].filter((it) => !it.labels.length).length"
        self.assertEqual(browser.script(unnamed), 0)
        self.assertNotIn("", browser.texts("button"))
        levels = [int(level[1]) for level in browser.script("return [...document.querySelectorAll('h1,h2,h3,h4')].map((it) => it.tagName)")]
        self.assertEqual(levels[0], 1)
        self.assertTrue(all(after <= before + 1 for before, after in zip(levels, levels[1:])), levels)

    def test_an_empty_run_says_so(self):
        browser.open(pages["empty"])
        self.assertEqual(browser.text("h1"), "No test was run")
        self.assertIn("No test failed.", browser.text("#failures"))

    def test_it_can_be_printed(self):
        browser.open(pages["some"])
        self.assertTrue(browser.printed().startswith(b"%PDF-"))
        # What is printed is filled in first.
        self.assertEqual(len(self.rows()), 1000)
        with browser.media(medium="print"):
            self.assertFalse(browser.one("#filters").is_displayed())
            self.assertTrue(browser.one(".test h3").is_displayed())


class WithoutScript(PageTest):
    def test_all_but_the_rows_is_there(self):
        with browser.without_script():
            browser.open(pages["small"])
            self.assertTrue(browser.one("h1").is_displayed())
            self.assertEqual([name.text for name in browser.all(".test h3")], ["m.bad", "m.surprise", "subunit.parser", "m.hangs"])
            self.assertIn("needle & <thread>", browser.one(".test pre").text)
            self.assertTrue(browser.one(".timeline").is_displayed())
            self.assertFalse(browser.one("#filters").is_displayed())
            self.assertIn("needs JavaScript", browser.one("#tests").text)


class Size(PageTest):
    def test_100_000_tests_open_soon(self):
        address = page("large", streams.large(100_000))
        self.assertLess(min(self.work(address) for _ in range(3)), MOST_WORK)
        self.search("000777")
        browser.wait(lambda: [name[-6:] for name in self.rows()] == ["000777"])

    def work(self, address):
        """Seconds on a processor until the page is there: what else the machine does has little part in it."""
        browser.command("Performance.enable", timeDomain="threadTicks")
        browser.open(address)
        browser.wait(lambda: len(self.rows()) == 100)
        metrics = {it["name"]: it["value"] for it in browser.command("Performance.getMetrics")["metrics"]}
        browser.command("Performance.disable")
        return metrics["TaskDuration"]


#: The least contrast of any text that is seen, and the text.
CONTRAST = """
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((value) => value / 255)
    .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    for (let it = element; it; it = it.parentElement) {
      const colour = numbers(getComputedStyle(it).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
    return [255, 255, 255];
  };
  let least = [21, ""];
  for (const element of document.body.querySelectorAll("*")) {
    const hasText = [...element.childNodes].some((it) => it.nodeType === 3 && it.textContent.trim());
    if (!hasText || !element.checkVisibility() || element.closest("script, option, title")) continue;
    const style = getComputedStyle(element);
    const [one, two] = [light(numbers(element.closest("svg") ? style.fill : style.color)), light(behind(element))];
    const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (contrast < least[0]) least = [contrast, element.textContent];
  }
  return least;
"""
