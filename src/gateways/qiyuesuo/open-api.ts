import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Deployment, Dialect } from '../../domain/tenant.js';
import { Rejected, Unauthenticated, UnexpectedAnswer } from '../errors.js';
import type { Answer, Http, RequestOptions } from '../http.js';
import type { RawAnswer } from '../ladder.js';
import { clockSkewMs } from '../retry-after.js';
import { assertAllowed, type AllowedPath } from './allow-list.js';
import { classifyCredentialCheck, classifyEnvelope, isParameterCode } from './envelope.js';
import { allPages, offsetPages } from './pages.js';
import type { Qiyuesuo } from './qiyuesuo.js';
import * as schema from './schema.js';
import { signedHeaders, type SignatureDialect } from './signature.js';

export interface QiyuesuoDeps {
  /** For the open API's own address (private: usually port 9182); needs no headers of its own. */
  http: Http;
  deployment: Deployment;
  /** Of the private cloud's signature; the public cloud has one of its own, and ignores this. */
  dialect: Dialect;
  token: string;
  secret: string;
  /** Milliseconds since 1970. */
  now?: () => number;
  nonce?: () => string;
}

/** Plain text where others give JSON: documented as OK in the private cloud, and not at all in the public one. */
const HEALTHY_TEXT = { private: /^"?OK"?$/i, public: /^[^<>{}[\]]+$/ } as const;

type Company = Awaited<ReturnType<Qiyuesuo['readCompany']>>;

/**
 * Qiyuesuo's documented open API: `facts/qiyuesuo.md` §1 and §2. Each attempt carries a time, nonce and signature of its own.
 *
 * `dialect: 'auto'` asks the private cloud with the nonce form first and, where the credential check is refused, once with the
 * legacy form; the winner holds for the life of this object. Only that harmless check is ever sent in two forms. Both refused:
 * `Unauthenticated`. Detection is a help; a dialect fixed in the tenant file is better.
 */
export function createQiyuesuo({
  http,
  deployment,
  dialect,
  token,
  secret,
  now = Date.now,
  nonce = randomUUID,
}: QiyuesuoDeps): Qiyuesuo {
  let settled: SignatureDialect | undefined =
    deployment === 'public' ? 'public' : dialect === 'auto' ? undefined : dialect;

  function send<S extends z.ZodType>(as: SignatureDialect, path: AllowedPath, answer: S, options: RequestOptions = {}) {
    assertAllowed(deployment, path);
    const mask = [token, secret, ...(options.mask ?? [])];
    return http.send(
      { classify: classifyEnvelope, ...options, method: 'GET', path, headers: freshHeaders(as), mask },
      answer,
    );
  }

  function freshHeaders(as: SignatureDialect): Record<string, string> {
    return signedHeaders(as, { token, secret, timestamp: String(now()), nonce: nonce() });
  }

  /** Against the middle of the call: half of the time it took is the best guess of the way back. */
  function skewOf({ headers }: Pick<RawAnswer, 'headers'>, started: number): number | null {
    return clockSkewMs(headers, Math.round((started + now()) / 2));
  }

  async function get<S extends z.ZodType>(
    path: AllowedPath,
    answer: S,
    options?: RequestOptions,
  ): Promise<z.output<S>> {
    const as = settled ?? (await readCompany()).dialect;
    return (await send(as, path, answer, options)).data;
  }

  async function readCompanyAs(as: SignatureDialect): Promise<Company> {
    const started = now();
    const { data, headers }: Answer<{ id: string; name: string }> =
      deployment === 'public'
        ? await send(as, '/company/platforminfo', schema.PlatformCompany)
        : await send(as, '/company/list', schema.CorporateCompany, {
            query: { tenantType: 'CORPORATE' },
            classify: classifyCredentialCheck,
          });
    return { ...data, clockSkewMs: skewOf({ headers }, started), dialect: as };
  }

  async function readCompany(): Promise<Company> {
    const company = settled ? await readCompanyAs(settled) : await firstAccepted(readCompanyAs);
    settled = company.dialect;
    return company;
  }

  return {
    async checkHealth() {
      const path = deployment === 'public' ? '/v2/checkhealth' : '/checkHealth';
      assertAllowed(deployment, path);
      // Unsigned in the private cloud: no document asks for more, and a refused signature must not look like a dead server.
      const headers = deployment === 'public' ? freshHeaders('public') : {};
      const started = now();
      const answer = await http.exchange({ method: 'GET', path, headers, mask: [token, secret] });
      const clock = { clockSkewMs: skewOf(answer, started) };
      if (answer.status === 200 && HEALTHY_TEXT[deployment].test(answer.body.trim())) return clock;
      http.read(answer, schema.Health, { classify: classifyEnvelope, mask: [token, secret] });
      return clock;
    },
    readCompany,
    listCategories() {
      if (deployment === 'private') return get('/contract/categories', schema.PrivateCategories);
      const path = '/v2/category/list';
      return allPages(
        (query) => get(path, schema.PublicCategories, { query }),
        () => repeats(path),
      );
    },
    async findPerson(contact) {
      const ask = (query: Record<string, string>) => get('/user', schema.FoundPerson, { query, mask: [contact] });
      try {
        return await ask({ contact });
      } catch (error) {
        // The document's table says `mobile`, its sample `contact` (§ Doubts 11).
        if (!(error instanceof Rejected) || !isParameterCode(error.code) || contact.includes('@')) throw error;
        return ask({ mobile: contact });
      }
    },
    people: () => offsetPages((query, onAnswer) => get('/v2/employee/list', schema.PublicPeople, { query, onAnswer })),
    async countEmployees() {
      const path = '/v2/employee/list';
      const rows = await allPages(
        (query) => get(path, schema.Employees, { query }),
        () => repeats(path),
      );
      return rows.length;
    },
  };
}

async function firstAccepted(readCompanyAs: (as: SignatureDialect) => Promise<Company>): Promise<Company> {
  try {
    return await readCompanyAs('nonce');
  } catch (nonce) {
    if (!(nonce instanceof Unauthenticated)) throw nonce;
    try {
      return await readCompanyAs('legacy');
    } catch (legacy) {
      if (!(legacy instanceof Unauthenticated)) throw legacy;
      const text = `refused in both signature dialects; nonce: ${nonce.message}; legacy: ${legacy.message}`;
      throw new Unauthenticated(nonce, { text, status: nonce.status, code: nonce.code, requestId: nonce.requestId });
    }
  }
}

function repeats(path: string): UnexpectedAnswer {
  const call = { system: 'qiyuesuo', method: 'GET', path } as const;
  return new UnexpectedAnswer(call, { text: 'the list shows the same page again and again' });
}
