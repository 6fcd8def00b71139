import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const PATIENCE_MS = 120_000;

/**
 * Runs every cell of every page in a headless browser that reaches nothing but the page's own server.
 * @param expected names of pages, and texts that each has to show
 * @returns what is wrong, in words
 */
export async function checkNotebooks(address, expected) {
  const executablePath = BROWSERS.find(existsSync);
  if (executablePath === undefined) {
    console.log(`skipped: the notebooks are built, but there is no Chromium to run them in (${BROWSERS.join(', ')})`);
    return [];
  }
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const failures = [];
  try {
    for (const { name, texts } of expected)
      failures.push(...(await checkPage(browser, `${address}${name}`, name, texts)));
  } finally {
    await browser.close();
  }
  return failures;
}

async function checkPage(browser, url, name, texts) {
  const page = await browser.newPage();
  const failures = [];
  const { origin } = new URL(url);
  await page.route('**/*', (route) => {
    const wanted = route.request().url();
    if (wanted.startsWith(origin) || wanted.startsWith('data:') || wanted.startsWith('blob:')) return route.continue();
    failures.push(`${name} asks the network for ${wanted}`);
    return route.abort();
  });
  page.on('pageerror', (error) => failures.push(`${name}: ${error.message}`));
  await page.goto(url);
  const isShown = () =>
    page
      .waitForFunction(
        (wanted) =>
          document.querySelector('.observablehq--error') !== null ||
          (document.querySelector('.observablehq--running, .observablehq--pending') === null &&
            wanted.every((text) => document.body.innerText.replaceAll(/\s+/g, ' ').includes(text))),
        texts,
        { timeout: PATIENCE_MS },
      )
      .then(
        () => true,
        () => false,
      );
  const isComplete = await isShown();
  for (const error of await page.locator('.observablehq--error').allInnerTexts()) {
    failures.push(`${name}: a cell failed: ${error.slice(0, 300)}`);
  }
  if (!isComplete) {
    const shown = (await page.locator('body').innerText()).replaceAll(/\s+/g, ' ');
    for (const text of texts) if (!shown.includes(text)) failures.push(`${name} does not show ${JSON.stringify(text)}`);
    if (failures.length === 0) failures.push(`${name} is not finished after ${PATIENCE_MS / 1e3} s`);
  }
  const pictures = await page.locator('main svg').count();
  if (pictures === 0) failures.push(`${name} has no picture`);
  if (failures.length === 0) {
    console.log(`${name}: ${pictures} pictures, ${texts.length} numbers as the command line has them`);
  }
  await page.close();
  return failures;
}
