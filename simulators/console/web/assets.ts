import { readFileSync } from 'node:fs';

const TYPES: Record<string, string> = { js: 'text/javascript;charset=UTF-8', css: 'text/css;charset=UTF-8' };

/** A file of `client/`, or undefined where there is none of that name. */
export function assetOf(name: string): Response | undefined {
  const type = TYPES[name.split('.').pop() ?? ''];
  if (type === undefined || !/^[a-z/-]+\.(js|css)$/.test(name)) return undefined;
  try {
    const text = readFileSync(new URL(`client/${name}`, import.meta.url), 'utf8');
    return new Response(text, { headers: { 'Content-Type': type, 'Cache-Control': 'max-age=60' } });
  } catch {
    return undefined;
  }
}
