"""What a page must not do: log an error, throw, or ask another host."""

from playwright.sync_api import Page


def watch(page: Page, address: str) -> list[str]:
    """Collect console errors, exceptions and requests to another host."""
    seen: list[str] = []
    page.on("console", lambda message: seen.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((address, "data:", "blob:")) else seen.append(request.url)
        ),
    )
    return seen
