import { z } from 'zod';
import type { PersonRow } from '../../../domain/people/rows.js';
import type * as domain from '../../../domain/settings.js';
import { isSecretField } from '../../../domain/wanted.js';
import { SentField, textOf } from '../../fields.js';

/** Longer than a double; numbers are taken as well, since an adapter may pass on what it got. */
const Id = z.union([z.string(), z.number()]).transform(String);
/** Strict: an adapter that shows a secret by mistake must not get it any further. */
const Fingerprint = z.string().regex(/^[0-9a-f]{8}$/);
/** Nothing, null and empty are no ETag: the one of the header counts then. */
const ETag = z
  .string()
  .nullish()
  .transform((tag) => tag || undefined);
const Cursor = z.string().exactOptional();

/** Adapters say null where the contract has nothing. Not for pages that are written back: there it has to survive. */
function sparse<S extends z.ZodType>(schema: S) {
  return z.preprocess(withoutNulls, schema);
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

/**
 * A field that was never filled in comes as nothing, as null or as an empty text; all three are "absent" (`IntegrationFields`).
 * Not so a secret: an adapter that says null or empty says that there is none, and nothing may mean that it is not shown.
 */
function filledIn(page: unknown): unknown {
  if (typeof page !== 'object' || page === null || Array.isArray(page)) return page;
  return Object.fromEntries(
    Object.entries(page).flatMap(([field, value]): [string, unknown][] => {
      if (value !== null && value !== '') return [[field, value]];
      return isSecretField(field) ? [[field, null]] : [];
    }),
  );
}

const IntegrationPage = z.preprocess(
  filledIn,
  z.object({
    deployment: z.enum(['private', 'public']),
    productVersion: z.string().exactOptional(),
    etag: ETag,
    oaVersion: z.enum(['E9', 'E10']),
    singleSignOn: z.boolean(),
    oaAddress: z.string().exactOptional(),
    teamCode: z.string().exactOptional(),
    syncSource: z.enum(['https', 'database']).exactOptional(),
    openPlatformAddress: z.string().exactOptional(),
    appKey: z.string().exactOptional(),
    corpId: z.string().exactOptional(),
    encryptionKey: Fingerprint.nullable().exactOptional(),
    appSecret: Fingerprint.nullable().exactOptional(),
  }),
);

/** The integration page. Not loose: it is never written back, `IntegrationWrite` is a form of its own. */
export const Integration = IntegrationPage.transform(({ deployment, productVersion, etag, oaVersion, ...fields }) => ({
  ...(etag === undefined ? {} : { etag }),
  value: { deployment, ...(productVersion === undefined ? {} : { productVersion }), oaVersion, fields },
}));

/** Loose: it is written back, and what we do not know has to survive that. */
export const Callback = z
  .looseObject({ etag: ETag, page: z.enum(['new', 'old', 'global']), url: z.string().nullable().exactOptional() })
  .transform(({ etag, page, url, ...extra }) => ({
    ...(etag === undefined ? {} : { etag }),
    value: { page, url: url ?? null, extra },
  }));

/** Loose, as `Callback`. */
export const PeopleSync = z
  .looseObject({
    etag: ETag,
    enabled: z.boolean(),
    scope: z.array(Id),
    schedule: z.string(),
    includePeople: z.boolean().exactOptional(),
  })
  .transform(({ etag, enabled, scope, schedule, includePeople, ...extra }) => ({
    ...(etag === undefined ? {} : { etag }),
    value: { enabled, scope, schedule, ...(includePeople === undefined ? {} : { includePeople }), extra },
  }));

const Unit = sparse(
  z.object({ id: Id, name: z.string(), code: z.string().exactOptional(), parentId: Id.exactOptional() }),
);

export const OrganisationPage = sparse(
  z.object({ units: z.array(Unit), next: Cursor, reason: z.string().exactOptional() }),
);

/** Not the `message`: it is about people, and names them. */
export const SyncRun = sparse(
  z.object({
    runId: Id,
    state: z.enum(['queued', 'running', 'succeeded', 'failed']),
    total: z.int().exactOptional(),
    done: z.int().exactOptional(),
    created: z.int().exactOptional(),
    updated: z.int().exactOptional(),
    disabled: z.int().exactOptional(),
    failed: z.int().exactOptional(),
    retryAfterSeconds: z.number().exactOptional(),
  }),
);

/** Of a person only the state is read, and to whom they are bound: nothing else is needed, so nothing else can leak. */
export const PeoplePage = sparse(
  z.object({
    people: z.array(z.object({ oaUserId: SentField.transform(textOf), state: z.enum(['active', 'disabled']) })),
    total: z.int(),
    next: Cursor,
  }),
);

/** People in full, for the reconciliation. */
export const PeopleRows = sparse(
  z.object({
    people: z.array(
      z
        .object({
          id: Id,
          oaUserId: SentField,
          jobNumber: SentField,
          name: SentField,
          mobile: SentField,
          email: SentField,
          state: z.enum(['active', 'disabled']),
        })
        // Field by field: the rest of an object is slow to take apart, and these come by the million.
        .transform((row): PersonRow => ({
          id: row.id,
          name: textOf(row.name),
          jobNumber: textOf(row.jobNumber),
          mobile: textOf(row.mobile),
          email: textOf(row.email),
          login: null,
          units: [],
          active: row.state === 'active',
          notCompared: null,
          oaUserId: textOf(row.oaUserId),
        })),
    ),
    total: z.int(),
    next: Cursor,
  }),
);

/** Loose, down to its parameters: only `url` is ours. */
const CategoryCallback = z.looseObject({ url: z.string() });

const Category = sparse(
  z.object({
    id: Id,
    name: z.string(),
    company: z.string().exactOptional(),
    state: z.enum(['enabled', 'disabled']),
    etag: z.string().min(1),
    callback: CategoryCallback.exactOptional(),
  }),
).transform(({ callback, ...category }): domain.Category => ({ ...category, callback: callback ?? null }));

export const CategoriesPage = sparse(z.object({ categories: z.array(Category), next: Cursor }));

/** The answer to a write is not believed anyway: what was written is read back by whoever wants to know. */
export const Written = z.unknown();
