import { z } from 'zod';
import { MAX_RECENT } from '../domain/batch/limits.js';
import { isFact } from '../domain/selectors.js';
import { ORIGIN_OR_ANY } from './address.js';
import { HEADERS_THAT_ARE_SECRET } from './headers.js';
import { Match } from './match.js';
import { problemText } from './problem-text.js';
import {
  Address,
  Code,
  Cron,
  DateTimeWithZone,
  Duration,
  Id,
  Label,
  Limit,
  Percent,
  SharePercent,
  SecretReference,
  TimeOfDay,
  Version,
  Zone,
} from './values.js';

/** A mapping whose unknown keys are errors. zod's text for them is replaced by the known keys, for "did you mean". */
function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(' ');
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? known : undefined) });
}

const Count = z.int().min(0);
const AtLeastOne = z.int().min(1);

/** A tag with the name of a fact could not be selected: the fact would be looked at instead. */
const Tags = z.record(z.string(), z.string()).superRefine((tags, context) => {
  for (const name of Object.keys(tags).filter(isFact)) {
    const message = 'selectors know something else by this name';
    const problem = problemText('TAG-NAME', message, 'give the tag another name');
    context.addIssue({ code: 'custom', path: [name], message: problem });
  }
});
const SecretFieldName = z.enum(['encryptionKey', 'appSecret']);

const Headers = z.record(z.string(), z.string()).superRefine((headers, context) => {
  for (const name of Object.keys(headers).filter((name) => HEADERS_THAT_ARE_SECRET.test(name))) {
    const problem = problemText(
      'SECRET-IN-PLAIN-TEXT',
      'a header of this name carries a secret',
      'remove it; extra headers are for routing codes only',
    );
    context.addIssue({ code: 'custom', path: [name], message: problem });
  }
});

const limits = {
  maxErrors: Limit.describe(
    'Failed tenants that are tolerated: a number, or a percentage rounded down. 0 stops at the first. Absent: no limit.',
  ).exactOptional(),
  maxErrorRate: mapping({
    percent: Percent,
    last: AtLeastOne.max(MAX_RECENT).describe('Never stops before so many tenants have finished'),
  })
    .describe('Stops when more than percent of the last finished tenants failed')
    .exactOptional(),
  consecutive: AtLeastOne.max(MAX_RECENT).describe('Stops after so many failures in a row').exactOptional(),
  maxBlocked: Limit.describe(
    'Blocked tenants that are tolerated; nothing was written in those. Absent: no limit.',
  ).exactOptional(),
  strict: z.boolean().describe('A tenant starts only while failed + running stay within maxErrors').exactOptional(),
};

const WaveEntry = mapping({
  name: Id,
  count: AtLeastOne.describe('Takes so many tenants, in the order of the file').exactOptional(),
  percent: SharePercent.describe(
    'Takes a share of all tenants of the file, rounded down, at least one',
  ).exactOptional(),
  match: Match.describe('Takes the tenants that meet all of these conditions on tags and facts').exactOptional(),
  rest: z.literal(true).describe('Takes all that are left; only the last wave may').exactOptional(),
  maxConcurrency: AtLeastOne.describe('Tenants that run at once; 5 if absent').exactOptional(),
  slowStart: z
    .boolean()
    .describe(
      'Begins with one tenant and widens while results are clean; true if absent. false: full width from the start, in rounds of five a second apart',
    )
    .exactOptional(),
  order: z
    .enum(['file', 'priority'])
    .describe('Whose turn it is: as in the file (if absent), or by priority, 1 first')
    .exactOptional(),
  startAfter: DateTimeWithZone.describe(
    'No tenant of the wave starts before: 2026-05-01T22:00:00+08:00',
  ).exactOptional(),
  completeAfter: DateTimeWithZone.describe(
    'Nothing of the wave is written before: until then its tenants are prepared, up to their snapshot',
  ).exactOptional(),
  soak: Duration.describe(
    'Wait after the wave: 90s, 30m, 2h, 1d. Then its migrated tenants are verified again before the next wave starts',
  ).exactOptional(),
  gate: z
    .enum(['stop', 'undo'])
    .describe(
      'What becomes of migrated tenants that the second look after the soak finds changed: the batch stops (if absent), or they are undone',
    )
    .exactOptional(),
  approval: z
    .union([z.boolean(), z.literal('warnings')], {
      error: problemText('BAD-VALUE', 'not an approval', 'write true, false or warnings'),
    })
    .describe(
      'After the wave and its soak somebody must approve it before the next one starts; warnings: only where some tenants have warnings',
    )
    .exactOptional(),
  fourEyes: z.boolean().describe('Whoever started the batch may not approve the wave').exactOptional(),
  onFailure: z
    .enum(['undo', 'ask'])
    .describe('A step that failed for good is undone (if absent), or waits for an operator: retry, skip or undo')
    .exactOptional(),
  ...limits,
}).meta({ oneOf: ['count', 'percent', 'match', 'rest'].map((key) => ({ required: [key] })) });

const Qiyuesuo = mapping({
  deployment: z.enum(['private', 'public']).describe('契约锁私有云 private, 公有云 public').exactOptional(),
  version: Version.describe('Private cloud only, e.g. 4.3.7: decides the callback page').exactOptional(),
  console: Address.describe(
    '契约锁管理平台, usually port 9181. Public cloud: https://cloud.qiyuesuo.com',
  ).exactOptional(),
  openApi: Address.describe(
    '契约锁开放平台接口, usually port 9182; never derived. Public cloud: https://openapi.qiyuesuo.com',
  ).exactOptional(),
  signing: Address.describe('契约锁签署平台, usually port 9180; categories may be edited there').exactOptional(),
  token: SecretReference.describe('AppToken of 集成中心 → 集成管理').exactOptional(),
  secret: SecretReference.describe('AppSecret of 集成中心 → 集成管理').exactOptional(),
  dialect: z.enum(['auto', 'nonce', 'legacy']).describe('Signature of the private cloud; auto tries').exactOptional(),
  driver: z
    .enum(['manual', 'browser', 'api'])
    .describe('Who changes the console pages; manual opens work orders (工单)')
    .exactOptional(),
  api: mapping({ address: Address, token: SecretReference })
    .describe('The console adapter; for driver: api only')
    .exactOptional(),
  company: Label.describe('Expected company name; compared with what the credentials belong to').exactOptional(),
  previous: mapping({ encryptionKey: SecretReference.exactOptional(), appSecret: SecretReference.exactOptional() })
    .describe('Secrets as they were before, so that an undo can restore them')
    .exactOptional(),
});

const E9 = mapping({
  address: Address.describe('泛微E9地址').exactOptional(),
  hr: mapping({
    token: SecretReference.describe(
      'Key of the E9 HR interface; not needed where our address is on its allow-list',
    ).exactOptional(),
    digest: z.enum(['md5', 'sm3']).exactOptional(),
    body: z.enum(['form', 'json']).describe('How params travels').exactOptional(),
  })
    .describe('Access to the people of E9, as a baseline')
    .exactOptional(),
});

const E10 = mapping({
  address: Address.describe('泛微E10地址').exactOptional(),
  tenantKey: Code.describe('租户识别码: 后台管理中心 → 基本设置 → 授权信息').exactOptional(),
  openPlatform: Address.describe('泛微开放平台地址; <address>/openserver if absent').exactOptional(),
  corpId: Code.describe('后台管理中心 → 开放平台 → 开发者资料').exactOptional(),
  appKey: Code.describe('后台管理中心 → 开放平台 → 应用管理').exactOptional(),
  appSecret: SecretReference.describe('后台管理中心 → 开放平台 → 应用管理').exactOptional(),
  ownApp: mapping({ corpId: Code.exactOptional(), appKey: Code, appSecret: SecretReference })
    .describe("Our own app for checks, so that Qiyuesuo's token is disturbed once at most; corpId as above if absent")
    .exactOptional(),
  headers: Headers.describe("Headers that a customer's gateway demands; not for secrets").exactOptional(),
});

const PeopleLimit = mapping({ percent: Percent, count: Count });

const People = mapping({
  scope: z
    .union([z.literal('keep'), z.array(Code).min(1)], {
      error: problemText('BAD-VALUE', 'not a scope', 'write keep, or a list of codes of E10 units'),
    })
    .describe('keep: as in E9. Otherwise codes of E10 units')
    .exactOptional(),
  schedule: Cron.describe("Cron of five fields in the console's own time zone").exactOptional(),
  run: z
    .enum(['now', 'nightly'], {
      error: problemText('BAD-VALUE', 'neither now nor nightly', 'write now, or nightly'),
    })
    .describe(
      'now: a run is started by hand, the default. nightly: the schedule of the console starts it, which is waited for',
    )
    .exactOptional(),
  zone: Zone.describe("The console's own time zone, for nightly; Asia/Shanghai if absent").exactOptional(),
  compare: z
    .enum(['everybody', 'count'], {
      error: problemText('BAD-VALUE', 'neither everybody nor count', 'write everybody, or count'),
    })
    .describe(
      'everybody: person by person, the default; a sample where people can only be looked up. count: head counts',
    )
    .exactOptional(),
  guard: mapping({
    percent: Percent.exactOptional(),
    count: Count.exactOptional(),
    created: PeopleLimit.describe('The same for people who would be created; unlimited if absent').exactOptional(),
    changed: PeopleLimit.describe('The same for people who would be changed; unlimited if absent').exactOptional(),
  })
    .describe('A run may disable at most so many people; either limit trips. 5 percent and 50 if absent')
    .exactOptional(),
});

const tenantFields = {
  site: Id.describe("Network from which the tenant's systems can be reached; default if absent").exactOptional(),
  tags: Tags.describe('Free marks for waves and selections').exactOptional(),
  qiyuesuo: Qiyuesuo.exactOptional(),
  e9: E9.exactOptional(),
  e10: E10.exactOptional(),
  encryptionKey: SecretReference.describe(
    '加密密钥; the documented constant of the procedure if absent',
  ).exactOptional(),
  callbackPage: z
    .enum(['old', 'global'])
    .describe('For 4.3.5 only, which the procedure does not cover')
    .exactOptional(),
  categories: z
    .enum(['auto', 'rewrite', 'forward', 'none'])
    .describe('Callbacks of 业务分类; auto decides by the addresses')
    .exactOptional(),
  people: People.exactOptional(),
  window: mapping({ from: TimeOfDay, to: TimeOfDay, zone: Zone })
    .describe('Changes are made only between these times; may cross midnight')
    .exactOptional(),
  priority: AtLeastOne.max(5)
    .describe('1 is first, 5 is last, 3 if absent; for waves with order: priority')
    .exactOptional(),
  acceptUnrestorable: z
    .array(SecretFieldName)
    .describe('Secrets of the console that an undo need not restore')
    .exactOptional(),
};

/** What a tenant may say, and what `defaults` may say for all of them: everything is optional until they are merged. */
export const TenantDefaults = mapping(tenantFields);
export type TenantDefaults = z.output<typeof TenantDefaults>;

/** A tenant as it stands in the file. */
export const TenantEntry = mapping({
  id: Id,
  name: Label.describe('Name for people; the id if absent').exactOptional(),
  ...tenantFields,
});
export type TenantEntry = z.output<typeof TenantEntry>;

export type WaveEntry = z.output<typeof WaveEntry>;

/** The batch file as it is written: formats and keys. What only the merged tenant can show is in `rules.ts`. */
export const BatchFile = mapping({
  batch: Id.describe('Name of the batch; the same name is the same run'),
  defaults: TenantDefaults.describe('Merged into every tenant; the tenant wins').exactOptional(),
  waves: z.array(WaveEntry).min(1).describe('Ordered groups; one wave of all tenants if absent').exactOptional(),
  limits: mapping(limits).describe('The same limits for the whole batch').exactOptional(),
  targets: z
    .record(z.string(), AtLeastOne)
    .meta({ propertyNames: { pattern: ORIGIN_OR_ANY } })
    .describe('Tenants that may run at once against one system, by scheme, host and port; * is any that is not named')
    .exactOptional(),
  undoWindow: Duration.describe(
    'How long after its end a tenant may be rolled back: 12h, 7d (if absent)',
  ).exactOptional(),
  tenants: z.array(TenantEntry).min(1),
});
export type BatchFile = z.output<typeof BatchFile>;
