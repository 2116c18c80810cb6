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

/** What can be wrong with an answer: for those who say it in their own words. */
export type AnswerProblem =
  | 'unknown-field'
  | 'missing'
  | 'choice'
  | 'secret'
  | 'number'
  | 'address'
  | 'category-line'
  | 'category-address'
  | 'category-twice';

/** What an answer comes to: fields to keep, or why it cannot be read. `name`: the category that it is about. */
export type ReadAnswer = { fields: Record<string, string> } | { problem: string; why: AnswerProblem; name?: string };

/** Reads one answer as a person types it: the console's own words or ours. */
export function readAnswer(field: string, text: string): ReadAnswer {
  const known = consoleField(field);
  if (!known) return { problem: `${field} is no field of the console`, why: 'unknown-field' };
  const given = text.trim();
  // A line that was left out must not pass for a field that is empty: an undo would clear it.
  if (given === '' || given === UNANSWERED) {
    const where = known.optional ? `; say ${EMPTY} where the page shows nothing` : '';
    return { problem: `${field} needs an answer${where}`, why: 'missing' };
  }
  if (given === EMPTY && known.optional && known.kind !== 'secret') {
    return { fields: { [field]: known.kind === 'categories' ? 'read' : '' } };
  }
  switch (known.kind) {
    case 'choice':
    case 'switch': {
      const value = choiceOf(known, given);
      return value === undefined
        ? { problem: `${field} is one of ${Object.keys(known.choices ?? {}).join(', ')}, not ${given}`, why: 'choice' }
        : { fields: { [field]: value } };
    }
    case 'secret':
      return (SECRET_WORDS as readonly string[]).includes(given)
        ? { fields: { [field]: given } }
        : { problem: `${field} is a secret: say ${SECRET_WORDS.join(', ')}, and never its value`, why: 'secret' };
    case 'number':
      return /^\d+$/.test(given)
        ? { fields: { [field]: given } }
        : { problem: `${field} is a number, not ${given}`, why: 'number' };
    case 'list':
      return { fields: { [field]: listOf(given).join(', ') } };
    case 'categories':
      return categoriesIn(given);
    case 'address': {
      const address = shortened(given);
      return isAddress(address)
        ? { fields: { [field]: address } }
        : { problem: `${field} is an address that begins with http:// or https://`, why: 'address' };
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
    if (at < 1) return { problem: `categories: NAME = ADDRESS is wanted, one to a line`, why: 'category-line' };
    if (!isAddress(url)) {
      const problem = `categories: ${name} has no address; leave out those without one`;
      return { problem, why: 'category-address', name };
    }
    if (fields[categoryField(name)] !== undefined)
      return { problem: `categories: ${name} stands there twice`, why: 'category-twice', name };
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
  // Forms send lines that end in CR and LF.
  return kind === 'categories'
    ? text
        .split(/\r\n|\r|\n/)
        .map(shortenedLine)
        .join('\n')
    : text;
}

/** The name of a category may have a `#` or `?` of its own. */
function shortenedLine(line: string): string {
  const at = line.search(/ = https?:\/\//i);
  return at < 0 ? shortened(line) : line.slice(0, at) + shortened(line.slice(at));
}

/** Without query and fragment, and without a name and password in front of the host. */
function shortened(address: string): string {
  return address.replace(/[?#].*$/s, '').replace(/:\/\/[^/@]*@/, '://');
}

function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
