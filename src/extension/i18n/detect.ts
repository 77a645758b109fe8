/** Where OHIF looks for the language, in its order (`@ohif/i18n` 3.13.2, src/config.js): address, cookie, what it remembered, browser. */
export function detectLanguage(page: Partial<Page> = globalThis as Partial<Page>): string {
  const { location, document, navigator } = page;
  // Not a page: tests, or a server.
  if (!document) return 'en';
  const found = [
    new URLSearchParams(location?.search).get('lng'),
    /(?:^|;\s*)i18next=([^;]+)/.exec(document.cookie)?.[1],
    remembered(page),
    navigator?.language,
  ];
  return found.find(name => name) ?? 'en';
}

interface Page {
  location: { search: string };
  document: { cookie: string };
  navigator: { language: string };
  localStorage: Pick<Storage, 'getItem'>;
}

function remembered(page: Partial<Page>): string | null | undefined {
  try {
    return page.localStorage?.getItem('i18nextLng');
  } catch {
    // Storage is refused to this page.
    return undefined;
  }
}
