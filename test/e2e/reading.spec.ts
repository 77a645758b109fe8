import axe from 'axe-core';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { uidsOf } from './support/dicom';
import { patience } from './support/patience';
import { hasModel, root, sampleFiles } from './support/paths';
import { expect, testInOpenViewer as test } from './support/test';

/** Of the phantoms the first has the finding, the second has not (sample/labels.csv). */
const [film, clear] = sampleFiles().map(uidsOf);

/** Words that each language shows once a film is explained; chosen by hand from dictionaries, not from the texts. */
const languages = {
  de: { again: 'Erneut erklären', threshold: 'Schwelle', tag: 'KI, nur für Forschung', decimal: /0,\d{3}/ },
  fr: {
    again: 'Expliquer à nouveau',
    threshold: 'Seuil',
    tag: 'IA, recherche uniquement',
    decimal: /0,\d{3}/,
  },
  es: {
    again: 'Explicar de nuevo',
    threshold: 'Umbral',
    tag: 'IA, solo para investigación',
    decimal: /0,\d{3}/,
  },
  'en-US': {
    again: 'Explain again',
    threshold: 'Threshold',
    tag: 'AI, research use only',
    decimal: /0\.\d{3}/,
  },
};

test.skip(!hasModel('phantom'), 'models/phantom is not there');

/** Switches OHIF's own i18next, which stands above everything that it renders. */
async function switchLanguage(page: Page, language: string): Promise<void> {
  await page.evaluate(async name => {
    interface Fiber {
      return?: Fiber;
      memoizedProps?: { i18n?: { changeLanguage?(name: string): Promise<unknown> } };
    }
    const element = document.querySelector('[data-cy="Explain"]')!;
    const key = Object.keys(element).find(one => one.startsWith('__reactFiber'))!;
    let fiber = (element as unknown as Record<string, Fiber>)[key] as Fiber | undefined;
    while (fiber && !fiber.memoizedProps?.i18n?.changeLanguage) fiber = fiber.return;
    await fiber!.memoizedProps!.i18n!.changeLanguage!(name);
  }, language);
}

/** Texts of the panel that do not fit where they stand. */
async function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[data-cy="explain-panel"] *')]
      .filter(element => element.matches('button, label, p, h2, h3, summary, li, td, span, div'))
      .filter(element => !element.matches('.xp-only-heard, .xp-colour-bar, .xp-progress, .xp-bar'))
      .filter(element => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
      .map(element => `${element.tagName} ${element.textContent?.slice(0, 60)}`),
  );
}

test('the viewer’s language is the panel’s, the button’s and the film’s, also when it is switched', async ({
  viewer,
}) => {
  test.setTimeout(patience(300_000));
  const { page } = viewer;
  await viewer.open(film.study);
  await viewer.explain('wasm');
  for (const [language, { again, threshold, tag, decimal }] of Object.entries(languages)) {
    await switchLanguage(page, language);
    await expect(viewer.part('run-button')).toHaveText(again);
    await expect(viewer.part('result')).toContainText(threshold);
    await expect(viewer.part('score')).toHaveText(decimal);
    await expect(viewer.part('tag').first()).toContainText(tag);
    expect(await cutOff(page)).toEqual([]);
    await page.screenshot({ path: path.join(root, `test-results/reading-${language}.png`) });
  }
});

test('axe finds nothing against the panel, the button and what stands on the film, help opened', async ({
  viewer,
}) => {
  test.setTimeout(patience(300_000));
  const { page } = viewer;
  await viewer.open(film.study);
  await viewer.explain('wasm');
  await viewer.part('help').locator('summary').click();
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(context: object): Promise<{ violations: Found[] }> } };
    interface Found {
      id: string;
      nodes: { html: string }[];
    }
    const found = await axe.run({
      include: [['[data-cy="explain-panel"]'], ['[data-cy="Explain"]'], ['[data-cy="explain-tag"]']],
    });
    return found.violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 160))]);
  });
  expect(violations).toEqual([]);
});

test('what comes is announced: the result, hidden output, a generated image', async ({ viewer }) => {
  test.setTimeout(patience(300_000));
  const { page } = viewer;
  await viewer.open(film.study);
  await viewer.explain('wasm');
  const said = viewer.part('announcer');
  await expect(said).toHaveText(
    /^Explanation ready\. Found by this classifier: opacity\. Score 0\.\d{3}, above/,
  );
  await page.keyboard.press('g');
  await expect(said).toHaveText('AI output hidden');
  await page.keyboard.press('g');
  await expect(said).toHaveText('AI output shown');
  await page.keyboard.down('x');
  await expect(said).toHaveText(/opposite image \(x_a\) is shown/);
  await page.keyboard.up('x');
});

test('everything in the panel is reached by the Tab key, from top to bottom, with a frame that is seen', async ({
  viewer,
}) => {
  test.setTimeout(patience(300_000));
  const { page } = viewer;
  await viewer.open(film.study);
  await viewer.explain('wasm');
  const controls = await viewer.panel
    .locator('button:not(:disabled), input:not(:disabled), select:not(:disabled), summary')
    .count();
  await viewer.part('model').focus();
  const tops: number[] = [];
  for (let i = 0; i < controls; i++) {
    const { top, outline } = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const style = getComputedStyle(element);
      const { top } = element.getBoundingClientRect();
      const scrolled = element.closest('[data-cy="explain-panel"]')?.scrollTop ?? NaN;
      return {
        top: top + scrolled,
        outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
      };
    });
    expect(outline).toBeGreaterThanOrEqual(2);
    tops.push(top);
    await page.keyboard.press('Tab');
  }
  // Controls in one row may differ by some pixels.
  for (let i = 1; i < tops.length; i++) expect(tops[i]).toBeGreaterThan(tops[i - 1] - 30);
});

test('the page on reading shows five pictures, in the panel, and says what the map cannot tell', async ({
  viewer,
}) => {
  test.setTimeout(patience(300_000));
  const { page } = viewer;
  await viewer.open(film.study);
  await viewer.pressExplain();
  const help = viewer.part('help');
  await expect(help.locator('img')).toHaveCount(0);
  await help.locator('summary').focus();
  await page.keyboard.press('Enter');
  await expect(help.locator('img')).toHaveCount(5);
  await expect
    .poll(() =>
      help.locator('img').evaluateAll(all => all.map(img => (img as HTMLImageElement).naturalWidth)),
    )
    .toEqual([256, 256, 256, 256, 256]);
  // From the viewer's own host; a page that showed them before asks for none of them again.
  const { host } = new URL(page.url());
  const sources = await help
    .locator('img')
    .evaluateAll(all =>
      all
        .map(img => new URL((img as HTMLImageElement).currentSrc))
        .map(({ host, pathname }) => ({ host, pathname })),
    );
  expect(new Set(sources.map(({ pathname }) => pathname)).size).toBe(5);
  for (const source of sources) {
    expect(source.host).toBe(host);
    expect(source.pathname).toContain('/help/');
  }
  await expect(help).toContainText('what the classifier reads, not where disease is');
  await help.locator('img').first().scrollIntoViewIfNeeded();
  await page.screenshot({ path: path.join(root, 'test-results/reading-help.png') });
  await viewer.settled();
});

test('the colours of the map can be chosen, and the film shows them', async ({ viewer }) => {
  test.setTimeout(patience(300_000));
  await viewer.open(film.study);
  await viewer.explain('wasm');
  // Of inferno no colour is greener than it is red; the middle of viridis is.
  const isGreen = () =>
    viewer.overlay.first().evaluate(element => {
      const { width, height } = element as HTMLCanvasElement;
      const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] > 100 && data[i + 1] > data[i] + 60) return true;
      return false;
    });
  expect(await isGreen()).toBe(false);
  await viewer.part('colours').selectOption('viridis');
  await expect.poll(isGreen).toBe(true);
  await viewer.part('colours').selectOption('usual');
  await expect.poll(isGreen).toBe(false);
});

test('a film without the finding gets cool colours, and the legend says why; chosen ones are kept', async ({
  viewer,
}) => {
  test.setTimeout(patience(300_000));
  await viewer.open(clear.study);
  const { decision } = await viewer.explain('wasm');
  expect(decision).toBe(0);
  const tints = () =>
    viewer.overlay.first().evaluate(element => {
      const { width, height } = element as HTMLCanvasElement;
      const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      const seen = { warm: false, cool: false };
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] < 100) continue;
        if (data[i] > data[i + 2] + 20) seen.warm = true;
        if (data[i + 2] > data[i] + 60) seen.cool = true;
      }
      return seen;
    });
  expect(await tints()).toEqual({ warm: false, cool: true });
  await expect(viewer.part('cool')).toHaveText('Cool colours: they mark no finding.');
  await viewer.part('colours').selectOption('inferno');
  await expect.poll(async () => (await tints()).warm).toBe(true);
  await expect(viewer.part('cool')).toHaveCount(0);
  await viewer.part('colours').selectOption('usual');
  await expect.poll(tints).toEqual({ warm: false, cool: true });
});

test('what stands on the film covers none where there is room beside it, else little, and gives way to the pointer', async ({
  viewer,
}) => {
  test.setTimeout(patience(300_000));
  const { page } = viewer;
  const before = page.viewportSize()!;
  await viewer.open(film.study);
  await viewer.explain('wasm');
  const tag = page.locator('[data-cy="explain-tag"]').first();
  const places = async () => {
    const [words, pane] = await Promise.all([tag.boundingBox(), viewer.panes.first().boundingBox()]);
    const [[left], [right]] = await viewer.canvasPoints([
      [0, 0],
      [1023, 0],
    ]);
    return { words: words!, pane: pane!, left: pane!.x + left, right: pane!.x + right };
  };
  try {
    // The phantoms are square: in a wide viewport black strips are left beside them.
    await page.setViewportSize({ width: 1900, height: 700 });
    await expect
      .poll(async () => {
        const { words, left, right } = await places();
        return words.x >= right - 1 || words.x + words.width <= left + 1;
      })
      .toBe(true);
    await page.setViewportSize({ width: 1300, height: 900 });
    await expect
      .poll(async () => {
        const { words, pane } = await places();
        return pane.y + pane.height - words.y - words.height < 8 && words.height < 0.1 * pane.height;
      })
      .toBe(true);
    const { words } = await places();
    await page.mouse.move(words.x + words.width / 2, words.y + words.height / 2);
    await expect(tag).toHaveCSS('opacity', '0.1');
    await page.mouse.move(words.x + words.width / 2, words.y - 100);
    await expect(tag).toHaveCSS('opacity', '1');
  } finally {
    await page.setViewportSize(before);
  }
});

test('at 200 % zoom the panel is used without scrolling sideways', async ({ viewer }) => {
  test.setTimeout(patience(300_000));
  const { page } = viewer;
  const before = page.viewportSize()!;
  await viewer.open(film.study);
  await viewer.explain('wasm');
  // Zooming to 200 % halves the page's pixels.
  await page.setViewportSize({ width: before.width / 2, height: before.height / 2 });
  try {
    expect(
      await viewer.panel.evaluate(element => element.scrollWidth - element.clientWidth),
    ).toBeLessThanOrEqual(1);
    for (const name of ['run-button', 'opacity', 'save-map', 'backend-choice']) {
      await viewer.part(name).scrollIntoViewIfNeeded();
      await expect(viewer.part(name)).toBeInViewport();
    }
    await page.screenshot({ path: path.join(root, 'test-results/reading-zoom.png') });
    // A score alone over a map would read like a probability.
    const tag = page.locator('[data-cy="explain-tag"]').first();
    await expect(tag).toContainText(/research only[^]*Score 0\.\d{3}, (not )?above the threshold 0\.\d{3}/);
    expect(await tag.evaluate(one => one.scrollWidth - one.clientWidth)).toBeLessThanOrEqual(0);
    await expect(tag).toBeInViewport({ ratio: 1 });
  } finally {
    await page.setViewportSize(before);
  }
});

test('a site’s customization of keys, colours, defaults and sections holds in OHIF', async ({ viewer }) => {
  test.setTimeout(patience(300_000));
  const { page } = viewer;
  await page.route('**/app-config.js', async route => {
    const response = await route.fetch();
    const customization = {
      'explain.keys': { $merge: { toggleOutput: 'j', showGenerated: 'k' } },
      'explain.colours': { $merge: { map: 'cividis' } },
      'explain.defaults': { $set: { percentile: 95 } },
      'explain.hiddenSections': { $set: ['compute'] },
    };
    const body = `${await response.text()}\nwindow.config.customizationService = [${JSON.stringify(customization)}];\n`;
    await route.fulfill({ response, body });
  });
  try {
    await viewer.open(film.study, { reload: true });
    await viewer.pressExplain();
    await viewer.settled();
    await expect(viewer.panel).toHaveAttribute('data-percentile', '95');
    await expect(viewer.part('colours')).toHaveValue('cividis');
    await expect(viewer.part('compute')).toHaveCount(0);
    await expect(viewer.part('counterfactual')).toContainText('Hold K');
    await page.keyboard.press('g');
    await expect(viewer.overlay.first()).toBeVisible();
    await page.keyboard.press('j');
    await expect(viewer.overlay).toHaveCount(0);
    await page.keyboard.press('j');
    await expect(viewer.overlay.first()).toBeVisible();
  } finally {
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await viewer.open(film.study, { reload: true });
  }
});
