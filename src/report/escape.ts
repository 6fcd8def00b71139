const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that neither XML nor a page may hold (XML 1.0, production 2), halves of surrogate pairs among them. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** Text as it may stand anywhere in HTML and SVG, in attributes too: a name can say nothing but itself. */
export const escape = (text: string): string =>
  printable(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);

/** Text without characters that no page may hold. */
export const printable = (text: string): string => text.replaceAll(FORBIDDEN, '\ufffd');
