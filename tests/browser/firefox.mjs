// Firefox: a run, a cancel by replacing the worker, and a run again. Usage: node firefox.mjs <calculator address>
import puppeteer from "puppeteer-core";

const address = process.argv[2];
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: "/usr/bin/firefox-esr",
  headless: true,
});
try {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(address);
  await page.waitForSelector(".sc-live");
  const set = (name, value) =>
    page.evaluate(
      (field, text) => {
        const control = document.querySelector(`.sc-field [name="${field}"]`);
        control.value = text;
        control.dispatchEvent(new Event("input", { bubbles: true }));
      },
      name,
      value,
    );
  const run = () => page.evaluate(() => document.querySelector('.sc-form button[type="submit"]').click());
  const answered = async (before) => {
    await page.waitForFunction(
      (old) => document.querySelector(".sc-headline").textContent !== old,
      { timeout: 90_000 },
      before,
    );
    return page.$eval(".sc-headline", (element) => element.textContent);
  };
  const example = await page.$eval(".sc-headline", (element) => element.textContent);
  await set("network", "kerber-rural-overhead");
  await set("n_draws", "3");
  await run();
  const first = await answered(example);
  await set("network", "kerber-suburb");
  await set("n_draws", "200");
  await run();
  await page.waitForFunction(() => / of /.test(document.querySelector(".sc-stage").textContent), {
    timeout: 30_000,
  });
  await page.evaluate(() => document.querySelector('[data-action="cancel"]').click());
  const status = await page.$eval(".sc-status", (element) => element.textContent);
  const partial = await answered(first); // Firefox can suspend Python, so the finished part is shown
  await set("network", "kerber-rural-overhead");
  await set("n_draws", "4");
  await set("ev_share_percent", "20");
  await run();
  const second = await answered(partial);
  const suspends = await page.evaluate(() => "Suspending" in WebAssembly);
  console.log(JSON.stringify({ first, status, partial, second, suspends, errors }));
} finally {
  await browser.close();
}
