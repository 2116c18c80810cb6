export type Lang = 'en' | 'zh';

/** A sentence for people: in both languages where it is ours; as it is where an outside system or an older version said it. */
export type Said = string | Record<Lang, string>;

export function inLang(said: Said, lang: Lang): string {
  return typeof said === 'string' ? said : said[lang];
}

/** One sentence that is made of several. */
export function joined(parts: readonly Said[], between: Record<Lang, string>): Record<Lang, string> {
  const of = (lang: Lang): string => parts.map((part) => inLang(part, lang)).join(between[lang]);
  return { en: of('en'), zh: of('zh') };
}
