"""The page in a real browser."""

from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet as xn
from tests.serving.browser import chromium, programs, serving

pytest.importorskip("selenium", reason="selenium leads the browser")
pytest.importorskip("starlette", reason="Starlette serves the page")
pytest.importorskip("PIL.Image", reason="Pillow reads what was drawn")
pytestmark = pytest.mark.skipif(programs() is None, reason="chromium and chromedriver are missing")

ZERO = [(70 * math.cos(a), 100 * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 24)]
ONE = [(0, -110), (0, -40), (0, 40), (0, 110)]


@pytest.fixture(scope="module")
def server(digits_file):
    with serving(digits_file) as process:
        yield process


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def page(browser, server):
    browser.set_window_size(1000, 1100)
    browser.get(server.url)
    wait(browser, lambda: shown(browser, "#sheet"))
    browser.get_log("browser")
    return browser


def wait(browser, condition, seconds=20):
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, seconds, poll_frequency=0.05).until(lambda _: condition())


def find(browser, selector):
    return browser.find_element("css selector", selector)


def shown(browser, selector):
    found = browser.find_elements("css selector", selector)
    return bool(found) and found[0].is_displayed()


def text(browser, selector):
    return find(browser, selector).text


def draw(browser, points, kind="mouse", scale=1.0):
    """Draw a line through points, measured from the middle of the sheet."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.actions.pointer_input import PointerInput

    sheet = find(browser, "#sheet")
    actions = ActionChains(browser, duration=10, devices=[PointerInput(kind, f"the {kind}")])
    pointer = actions.w3c_actions.pointer_action
    moves = [(round(x * scale), round(y * scale)) for x, y in points]
    pointer.move_to(sheet, *moves[0])
    pointer.pointer_down()
    for x, y in moves[1:]:
        pointer.move_to(sheet, x, y)
    pointer.pointer_up()
    actions.perform()


def answered(browser):
    """Wait until all that was drawn is answered."""
    done = 'return document.getElementById("saying").getAttribute("aria-busy") === "false"'
    wait(browser, lambda: browser.execute_script(done))


def settled(browser, digit):
    """Wait until all that was drawn is answered, and the model says so."""
    answered(browser)
    wait(browser, lambda: text(browser, "#prediction") == digit)


def shares(browser):
    numbers = browser.execute_script(
        "return [...document.querySelectorAll('.number')].map((one) => one.textContent)"
    )
    return [float(number.rstrip(" %")) for number in numbers]


def complaints(browser):
    return [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.mark.parametrize(("digit", "points"), [("0", ZERO), ("1", ONE)])
@pytest.mark.parametrize("kind", ["mouse", "touch", "pen"])
def test_what_is_drawn_is_recognised(page, digit, points, kind):
    draw(page, points, kind)
    settled(page, digit)
    found = shares(page)
    assert len(found) == 10
    assert sum(found) == pytest.approx(100, abs=1)
    assert max(found) == found[int(digit)]
    assert text(page, "#bars .first").startswith(digit)
    assert "exchanged" in text(page, "#note")
    assert complaints(page) == []


def test_it_shows_what_each_layer_makes_of_it(page):
    draw(page, ZERO)
    settled(page, "0")
    kinds = [f.get_attribute("data-kind") for f in page.find_elements("css selector", "figure")]
    assert kinds == ["input", "Conv2d", "ReLU", "MaxPool2d", "Linear"]
    counts = [
        len(f.find_elements("css selector", "canvas"))
        for f in page.find_elements("css selector", "figure")
    ]
    assert counts == [1, 8, 8, 8, 1]
    # the pictures have content: bright ink on a dark ground is what the network gets
    values = page.execute_script("""
        const canvas = document.querySelector("figure canvas");
        return Array.from(
            canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data);
    """)
    grey = np.asarray(values).reshape(8, 8, 4)[..., 0]
    assert grey.max() == 255
    assert grey[3:5, 3:5].max() < 100


def test_clear_brings_back_an_empty_sheet(page):
    from selenium.webdriver.common.keys import Keys

    for way in ("button", "Escape"):
        draw(page, ZERO)
        settled(page, "0")
        if way == "button":
            find(page, "#clear").click()
        else:
            find(page, "body").send_keys(Keys.ESCAPE)
        assert text(page, "#prediction") == "–"
        assert not shown(page, "#inside")
        blank = page.execute_script("""
            const sheet = document.getElementById("sheet");
            return new Set(
                sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height).data).size;
        """)
        assert blank == 1
    draw(page, ONE)
    settled(page, "1")


@pytest.mark.parametrize("width", [320, 600, 1400])
def test_it_fits_windows_of_every_width_and_is_drawn_on_in_each(page, width):
    draw(page, ZERO, scale=0.6)
    settled(page, "0")
    page.set_window_size(max(width, 500), 900)
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False,
    })  # fmt: skip
    try:
        # what was drawn before is still there
        assert text(page, "#prediction") == "0"
        overflow = page.execute_script(
            "return document.documentElement.scrollWidth - window.innerWidth"
        )
        assert overflow <= 0
        find(page, "#clear").click()
        draw(page, ONE, scale=0.6)
        settled(page, "1")
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_an_image_file_can_be_opened(page, tmp_path):
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(picture).ellipse((100, 30, 200, 170), outline="navy", width=14)
    picture.save(tmp_path / "zero.png")
    find(page, "#file").send_keys(str(tmp_path / "zero.png"))
    settled(page, "0")
    (tmp_path / "none.png").write_bytes(b"no image")
    find(page, "#file").send_keys(str(tmp_path / "none.png"))
    wait(page, lambda: shown(page, "#error"))
    assert "must be an image" in text(page, "#error")
    find(page, "#clear").click()
    assert not shown(page, "#error")


def test_everything_has_a_name_and_is_reached_by_keyboard(page):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    for element in page.find_elements("css selector", "button, input, select, canvas#sheet"):
        if element.is_displayed():
            assert element.accessible_name, element.get_attribute("outerHTML")
    reached = set()
    for _ in range(4):
        ActionChains(page).send_keys(Keys.TAB).perform()
        active = page.switch_to.active_element
        reached.add(active.get_attribute("id") or active.tag_name)
    assert {"clear", "file", "summary"} <= reached
    assert find(page, "html").get_attribute("lang") == "en"


def test_it_asks_no_other_machine(page, server):
    draw(page, ONE)
    settled(page, "1")
    names = page.execute_script(
        "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    )
    assert names
    assert all(name.startswith(server.url) for name in names)


def test_light_and_dark_follow_the_system(page):
    grounds = set()
    for scheme in ("light", "dark"):
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}],
        })  # fmt: skip
        grounds.add(find(page, "body").value_of_css_property("background-color"))
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert len(grounds) == 2


def test_a_model_of_tables_gets_a_form_of_numbers(browser, tmp_path):
    path = tmp_path / "table.safetensors"
    notes = {"input_shape": [3], "class_names": ["ant", "bee"]}
    xn.save(xn.models.MLP(3, (4,), 2), path, notes=notes)
    with serving(path) as process:
        browser.get(process.url)
        wait(browser, lambda: shown(browser, "#form"))
        fields = browser.find_elements("css selector", "#fields input")
        assert len(fields) == 3
        fields[1].clear()
        fields[1].send_keys("2.5")
        find(browser, "#form button").click()
        wait(browser, lambda: text(browser, "#prediction") in ("ant", "bee"))
        assert sum(shares(browser)) == pytest.approx(100, abs=0.2)
        assert complaints(browser) == []


def test_a_model_of_long_samples_gets_a_description_of_the_endpoint(browser, tmp_path):
    path = tmp_path / "long.safetensors"
    xn.save(xn.models.MLP(500, (4,), 2), path, notes={"input_shape": [500]})
    with serving(path) as process:
        browser.get(process.url)
        wait(browser, lambda: shown(browser, "#example"))
        assert "POST" in text(browser, "#example")
        assert "[500]" in text(browser, "#example")


def test_a_model_of_segmentation_shows_the_classes_of_pixels(browser, tmp_path):
    path = tmp_path / "unet.safetensors"
    names = ["background", "circle"]
    model = xn.models.UNet(3, 2)
    xn.save(model, path, notes={"input_shape": [3, 16, 16], "class_names": names})
    with serving(path) as process:
        browser.get(process.url)
        wait(browser, lambda: shown(browser, "#sheet"))
        draw(browser, ONE)
        answered(browser)
        assert text(browser, "#prediction") in names
        figures = browser.find_elements("css selector", "figure")
        assert figures[-1].get_attribute("data-kind") == "class of each pixel"
        assert complaints(browser) == []


def test_a_regression_shows_its_values(browser, tmp_path):
    path = tmp_path / "model.safetensors"
    model = xn.nn.Linear(2, 1)
    model.weight.data[...] = 1.0
    model.bias.data[...] = 0.5
    xn.save(model, path, notes={"feature_names": ["width", "height"]})
    with serving(path) as process:
        browser.get(process.url)
        wait(browser, lambda: shown(browser, "#numbers"))
        labels = [label.text for label in browser.find_elements("css selector", "#fields label")]
        assert labels == ["width", "height"]
        fields = browser.find_elements("css selector", "#fields input")
        for field, number in zip(fields, ("1", "2"), strict=True):
            field.clear()
            field.send_keys(number)
        find(browser, "#form [type=submit]").click()
        wait(browser, lambda: text(browser, "#prediction") == "3.5")
        assert text(browser, "#sure") == ""
        assert browser.find_elements("css selector", "#bars li") == []
        assert not shown(browser, "#error")
