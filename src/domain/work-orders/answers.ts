import { categoryField, consoleField, type ConsoleField } from './console-fields.js';

/**
 * What people say that the console's pages show, by field. A field that nobody has looked at is absent, never guessed. Secrets
 * stand here as one of `SECRET_WORDS`, addresses without their query: it may hold tokens, and nothing of ours is in it.
 */
export type Seen = Readonly<Record<string, string>>;

/** What a person can tell of a secret without telling it. */
export const SECRET_WORDS = ['wanted', 'previous', 'other', 'empty', 'hidden'] as const;
export type SecretWord = (typeof SECRET_WORDS)[number];

/** What a person says where the page shows nothing. */
export const EMPTY = 'empty';
/** How a sheet of answers marks what is still to be filled in. */
export const UNANSWERED = '?';

/** What an answer comes to: fields to keep, or why it cannot be read. */
export type ReadAnswer = { fields: Record<string, string> } | { problem: string };

/** Reads one answer as a person types it: the console's own words or ours. */
export function readAnswer(field: string, text: string): ReadAnswer {
  const known = consoleField(field);
  if (!known) return { problem: `${field} is no field of the console` };
  const given = text.trim();
  // A line that was left out must not pass for a field that is empty: an undo would clear it.
  if (given === '' || given === UNANSWERED) {
    const where = known.optional ? `; say ${EMPTY} where the page shows nothing` : '';
    return { problem: `${field} needs an answer${where}` };
  }
  if (given === EMPTY && known.optional && known.kind !== 'secret') {
    return { fields: { [field]: known.kind === 'categories' ? 'read' : '' } };
  }
  switch (known.kind) {
    case 'choice':
    case 'switch': {
      const value = choiceOf(known, given);
      return value === undefined
        ? { problem: `${field} is one of ${Object.keys(known.choices ?? {}).join(', ')}, not ${given}` }
        : { fields: { [field]: value } };
    }
    case 'secret':
      return (SECRET_WORDS as readonly string[]).includes(given)
        ? { fields: { [field]: given } }
        : { problem: `${field} is a secret: say ${SECRET_WORDS.join(', ')}, and never its value` };
    case 'number':
      return /^\d+$/.test(given) ? { fields: { [field]: given } } : { problem: `${field} is a number, not ${given}` };
    case 'list':
      return { fields: { [field]: listOf(given).join(', ') } };
    case 'categories':
      return categoriesIn(given);
    case 'address': {
      const address = shortened(given);
      return isAddress(address)
        ? { fields: { [field]: address } }
        : { problem: `${field} is an address that begins with http:// or https://` };
    }
    case 'text':
      return { fields: { [field]: given } };
  }
}

/** Entries of a `list` answer. */
export function listOf(text: string): string[] {
  return text
    .split(/[,，、]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** One category to a line: its name, an equals sign, its callback address. Those without one are left out. */
function categoriesIn(text: string): ReadAnswer {
  const fields: Record<string, string> = { categories: 'read' };
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const at = line.lastIndexOf(' = ');
    const name = line.slice(0, at).trim();
    const url = shortened(line.slice(at + 3).trim());
    if (at < 1) return { problem: `categories: NAME = ADDRESS is wanted, one to a line` };
    if (!isAddress(url)) return { problem: `categories: ${name} has no address; leave out those without one` };
    if (fields[categoryField(name)] !== undefined) return { problem: `categories: ${name} stands there twice` };
    fields[categoryField(name)] = url;
  }
  return { fields };
}

const SAID: Record<string, string> = { on: 'true', yes: 'true', 是: 'true', off: 'false', no: 'false', 否: 'false' };

function choiceOf({ choices = {} }: ConsoleField, given: string): string | undefined {
  const said = SAID[given.toLowerCase()] ?? given;
  const found = Object.entries(choices).find(
    ([value, zh]) => value.toLowerCase() === said.toLowerCase() || zh === said,
  );
  return found?.[0];
}

/** What may be sent: without what may be hidden in addresses. To be called before an answer leaves the person's side. */
export function withoutHidden(field: string, text: string): string {
  const kind = consoleField(field)?.kind;
  if (kind === 'address') return shortened(text.trim());
  return kind === 'categories' ? text.split('\n').map(shortened).join('\n') : text;
}

/** Without query and fragment, and without a name and password in front of the host. */
function shortened(address: string): string {
  return address.replace(/[?#].*$/, '').replace(/:\/\/[^/@]*@/, '://');
}

function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
