"""What the embedding page can and cannot learn."""

from playwright.sync_api import Request, expect

from tests.e2e.elements.shop import Shop

NUMBER = "4242424242424242"


def test_the_page_cannot_read_the_frame(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price)["client_secret"])
    expect(visit.field("number")).to_be_visible()
    said = visit.page.evaluate(
        """() => {
          const {contentDocument, contentWindow} = document.querySelector('#payment iframe');
          try { return contentDocument ?? contentWindow.document.body.innerHTML; } catch (error) { return error.name; }
        }"""
    )
    assert said == "SecurityError"


def test_the_number_goes_from_the_frame_to_the_api_and_nowhere_else(shop: Shop, price: str) -> None:
    session = shop.stripe.session(price)
    visit = shop.open(session["client_secret"])
    carrying: list[tuple[str, str]] = []

    def note(request: Request) -> None:
        if NUMBER in (request.post_data or "") + request.url:
            carrying.append((request.frame.url, request.url))

    visit.page.on("request", note)
    visit.page.evaluate(
        """() => {
          shop.heard = [];
          addEventListener('message', ({data}) => shop.heard.push(JSON.stringify(data)));
        }"""
    )
    visit.fill_card(NUMBER)
    visit.pay()
    visit.expect_result("Paid")
    stripe = shop.stripe.origin
    assert carrying == [(f"{stripe}/elements/payment", f"{stripe}/v1/payment_methods")]
    dom = visit.page.content()
    assert NUMBER not in dom.replace(" ", "")
    assert "_secret_" not in dom
    assert visit.page.evaluate("shop.heard") == []
    assert NUMBER not in visit.page.evaluate("JSON.stringify([shop.events, shop.result])").replace(" ", "")


def test_the_page_needs_neither_inline_styles_nor_the_api(shop: Shop, price: str) -> None:
    """The host's policy has no 'unsafe-inline', and no connect-src for Stripe."""
    visit = shop.open(shop.stripe.session(price)["client_secret"])
    visit.fill_card("4000002500003155")
    visit.pay()
    visit.bank.get_by_role("button", name="Complete authentication").click()
    visit.expect_result("Paid")
    assert visit.page.evaluate("shop.violations") == []


def test_another_window_cannot_pose_as_the_page(shop: Shop, price: str) -> None:
    """A frame takes its wire from its own parent alone, and a sibling holding a forged message gets nothing."""
    visit = shop.open(shop.stripe.session(price)["client_secret"])
    expect(visit.field("number")).to_be_visible()
    controller = next(frame for frame in visit.page.frames if frame.url.endswith("/elements/controller"))
    answered = controller.evaluate(
        """async () => {
          const isPayment = (frame) => frame.location.pathname === '/elements/payment';
          const target = Array.from({length: parent.length}, (_, index) => parent[index]).find(isPayment);
          const {port1, port2} = new MessageChannel();
          const answer = new Promise((resolve) => (port1.onmessage = () => resolve('answered')));
          target.postMessage({connect: 'element', options: {publishableKey: 'pk_test_local', locale: 'en', options: {}}}, '*', [port2]);
          const silence = new Promise((resolve) => target.setTimeout(() => resolve('silent'), 200));
          return Promise.race([answer, silence]);
        }"""
    )
    assert answered == "silent"
