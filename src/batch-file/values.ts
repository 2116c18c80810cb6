import { DateTime, IANAZone } from 'luxon';
import { z } from 'zod';
import type { ErrorLimit } from '../domain/batch/batch.js';
import { ID } from '../domain/ids.js';
import { normalisedAddress } from './address.js';
import { isCron } from './cron.js';
import { problemText } from './problem-text.js';

/** Text of one form; the same problem whether the form or already the type is wrong. */
function text(pattern: RegExp, problem: string): z.ZodString {
  return z.string({ error: problem }).regex(pattern, { error: problem });
}

export const Id = text(
  ID,
  problemText(
    'ID',
    'not usable as an id',
    'use 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit; put it in quotes if it is a number',
  ),
);

/** Free text for people. */
export const Label = z
  .string()
  .regex(/\S/, { error: problemText('EMPTY-VALUE', 'is empty', 'write a text or remove the line') });

/** Codes that Weaver hands out. Their usual formats are lints, so only spaces are refused here. */
export const Code = text(
  /^\S+$/,
  problemText(
    'WRONG-TYPE',
    'expected a text without spaces',
    'copy it again, and put it in quotes if it has digits only',
  ),
);

export const Address = z
  .string({ error: problemText('ADDRESS', 'expected an address', 'write it like https://oa.example.com') })
  .transform((written, context) => {
    const result = normalisedAddress(written);
    if ('address' in result) return result.address;
    context.addIssue({ code: 'custom', message: result.problem });
    return z.NEVER;
  })
  .meta({ pattern: '^[Hh][Tt][Tt][Pp][Ss]?://[^\\s?#@]+$' });

const EnvName = text(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  problemText(
    'SECRET-REFERENCE',
    'not the name of an environment variable',
    'give the name of the variable, like ACME_QYS_TOKEN, never the secret itself',
  ),
).refine((name) => !/^[0-9a-fA-F]{24,}$/.test(name), {
  error: problemText(
    'SECRET-IN-PLAIN-TEXT',
    'this looks like the secret itself, not like the name of a variable',
    'put the secret into an environment variable and write its name here; then replace the secret, it has been in a file',
  ),
});

const REFERENCE = problemText(
  'SECRET-REFERENCE',
  'expected a reference to a secret and nothing else',
  'write { env: NAME } or { file: PATH }',
);

const PLAIN_SECRET = problemText(
  'SECRET-IN-PLAIN-TEXT',
  'a secret stands here in plain text',
  'put it into an environment variable or a file and write { env: NAME } or { file: PATH }; then replace the secret, it has been in a file',
);

/** Where a secret stands. Anything else in its place is taken for the secret and never shown, not even as an unknown key. */
export const SecretReference = z
  .union(
    [
      z.strictObject({ env: EnvName.describe('Name of an environment variable of the worker') }, { error: REFERENCE }),
      z.strictObject(
        { file: Label.describe('Path of a file; a relative one starts at the folder of the batch file') },
        { error: REFERENCE },
      ),
    ],
    { error: ({ input }) => (typeof input === 'object' ? REFERENCE : PLAIN_SECRET) },
  )
  .meta({
    id: 'SecretReference',
    description: 'A secret by reference: { env: NAME } or { file: PATH }. Never the secret itself.',
  });

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `30m`, `2h`, `1d` → milliseconds. */
export const Duration = text(
  /^\d{1,6}[smhd]$/,
  problemText('DURATION', 'not a duration', 'write a whole number and a unit: 90s, 30m, 2h or 1d'),
).transform((written) => Number(written.slice(0, -1)) * (UNITS[written.slice(-1)] ?? 0));

const LIMIT = problemText('LIMIT', 'not a limit', 'write a number of tenants like 0 or 2, or a percentage like 2%');

/** `2` or `2%`. Percentages have at most two decimals, so that rounding down stays exact. */
export const Limit = z
  .union(
    [z.int({ error: LIMIT }).min(0, { error: LIMIT }), text(/^(?:100(?:\.0{1,2})?|\d{1,2}(?:\.\d{1,2})?) ?%$/, LIMIT)],
    { error: LIMIT },
  )
  .transform((written): ErrorLimit =>
    typeof written === 'number' ? { count: written } : { percent: Number(written.replace('%', '')) },
  );

const PERCENT = problemText(
  'BAD-VALUE',
  'not a percentage',
  'write a number from 0 to 100 with at most two decimals, without the % sign',
);

export const Percent = z
  .number({ error: PERCENT })
  .min(0, { error: PERCENT })
  .max(100, { error: PERCENT })
  .refine((value) => /^\d+(\.\d{1,2})?$/.test(String(value)), { error: PERCENT });

/** A share of something: 0 would be nobody. */
export const SharePercent = Percent.gt(0, {
  error: problemText('BAD-VALUE', 'a share of nobody', 'write a number above 0, or remove the wave'),
});

export const Version = text(
  /^\d+\.\d+\.\d+(\.\d+)?$/,
  problemText('VERSION', 'not a version', 'write three numbers like 4.3.7, as 关于 in the management console shows it'),
);

const CRON = problemText(
  'CRON',
  'not a schedule',
  'write five fields, minute hour day month weekday, in quotes: "0 2 * * *" is daily at 02:00',
);

export const Cron = z.string({ error: CRON }).refine(isCron, { error: CRON }).meta({ pattern: '^\\S+( +\\S+){4}$' });

export const TimeOfDay = text(
  /^([01]\d|2[0-3]):[0-5]\d$/,
  problemText('WINDOW', 'not a time of day', 'write hours and minutes in quotes: "22:00"'),
);

const ZONE = problemText('WINDOW', 'not a time zone', 'write a name of the IANA list like Asia/Shanghai');

export const Zone = z.string({ error: ZONE }).refine((name) => IANAZone.isValidZone(name), { error: ZONE });

const DATE_TIME = problemText(
  'DATE-TIME',
  'not a date and time with its offset',
  'write it like 2026-05-01T22:00:00+08:00, or with Z for UTC',
);

const DATE_TIME_PATTERN = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,3})?)?(Z|[+-]\\d{2}:\\d{2})$';

/** Without an offset it would be another moment on every machine. The text stays: it is what people want to read again. */
export const DateTimeWithZone = z
  .string({ error: DATE_TIME })
  .refine((written) => new RegExp(DATE_TIME_PATTERN).test(written) && isMoment(written), { error: DATE_TIME })
  .meta({ pattern: DATE_TIME_PATTERN });

/** JavaScript alone takes February 30 for March 2. */
function isMoment(written: string): boolean {
  return DateTime.fromISO(written).isValid && !Number.isNaN(Date.parse(written));
}
