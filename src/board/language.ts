import { parseAccept } from 'hono/utils/accept';
import type { Lang } from './texts.js';

export const LANG_COOKIE = 'qys-e10-lang';

/** What was chosen on a page; else what the browser asks for; else the default. */
export function languageOf(
  { cookie, accept }: { cookie: string | undefined; accept: string | undefined },
  otherwise: Lang,
): Lang {
  if (isLang(cookie)) return cookie;
  const asked = parseAccept(accept ?? '')
    .filter(({ q }) => q > 0)
    .map(({ type }) => type.toLowerCase().split('-')[0]);
  return asked.find(isLang) ?? otherwise;
}

export function isLang(text: unknown): text is Lang {
  return text === 'zh' || text === 'en';
}

/** The value of the `lang` attribute. */
export function htmlLang(lang: Lang): string {
  return lang === 'zh' ? 'zh-CN' : 'en';
}
