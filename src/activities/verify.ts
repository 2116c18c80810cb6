import { under } from '../domain/addresses.js';
import { GLOBAL_CALLBACK_PATH } from '../domain/callback.js';
import { says, type Finding } from '../domain/findings.js';
import { gradeOf } from '../domain/grade.js';
import type { Grade } from '../domain/grade.js';
import type { WantedPeopleSync } from '../domain/people.js';
import { STEPS, type Step } from '../domain/steps.js';
import { planChanges, type Picture } from '../domain/planning.js';
import type { Tenant } from '../domain/tenant.js';
import type { ConsoleDriver } from '../gateways/console/driver.js';
import { settled } from './look-and-write.js';
import type { TenantInput } from './reads.js';
import { readPicture, secretFingerprints, withNamedScope } from './snapshot.js';
import type { OpenSystems, Systems } from './systems.js';

export interface VerifyInput extends TenantInput {
  /** The scope and head counts that the run was started with; null where none was started. */
  people: WantedPeopleSync | null;
  /** What the earlier steps found; the grade is about the whole tenant. */
  findings: Finding[];
  /** Only the settings that the steps before this one write; those that a person skipped are left out. */
  before?: Step;
}

export interface Verdict {
  grade: Grade;
  findings: Finding[];
}

/** Everything once more, read afresh and from outside: is the tenant as wanted, and can it be proved? */
export function createVerifyActivities({ open }: { open: OpenSystems }) {
  return {
    async verify({ tenant, pages, people, findings, before }: VerifyInput): Promise<Verdict> {
      const systems = open(tenant, pages);
      const driver = await systems.console();
      const fingerprints = await secretFingerprints(systems);
      const { picture, wrong } = await settled(
        async () => {
          const seen = await withNamedScope(tenant, await readPicture(tenant, systems, driver), fingerprints, driver);
          const changes = planChanges(tenant, seen, fingerprints);
          const asked = before === undefined ? changes : changes.filter(({ step }) => isDone(step, before, findings));
          return { picture: seen, wrong: asked.filter(({ target }) => !excused(target, findings)) };
        },
        (seen) => seen.wrong.length === 0,
      );
      const found = [
        ...wrong.map(differs),
        ...secretFindings(tenant, picture),
        ...(before === undefined ? await provedFindings(tenant, people, systems, driver) : []),
      ];
      await driver.forget?.();
      return { grade: gradeOf([...findings, ...found]), findings: found };
    },
  };
}

/** What only the systems themselves can prove, by working together. */
async function provedFindings(
  tenant: Tenant,
  people: WantedPeopleSync | null,
  systems: Systems,
  driver: ConsoleDriver,
): Promise<Finding[]> {
  if (tenant.qiyuesuo.deployment === 'public') return [unprovedSignOn()];
  return [
    ...(await routeFindings(tenant, systems)),
    ...(people?.startsRun ? await countFindings(driver, people) : []),
    ...(await treeFindings(driver)),
  ];
}

/** Whether a step was to have its settings written before another one. */
function isDone(step: Step, before: Step, findings: readonly Finding[]): boolean {
  const skipped = findings.some(({ subject, severity }) => subject === step && severity === 'warning');
  return STEPS.indexOf(step) < STEPS.indexOf(before) && !skipped;
}

/** A run is no setting; and a forward that an operator chose to leave to later is a warning already. */
function excused(target: string, findings: readonly Finding[]): boolean {
  const left = findings.some(({ code }) => code === 'PROXY-FORWARD-MISSING');
  return target === 'people-sync.run' || (target === 'proxy.forward' && left);
}

function differs({ target, before, after }: { target: string; before: string | null; after: string | null }): Finding {
  const message = `${target} is ${before ?? 'empty'}, wanted is ${after ?? 'empty'}`;
  return { code: 'SETTING-DIFFERS', severity: 'blocking', message, subject: target };
}

/** A console that hides secrets cannot be compared; that Qiyuesuo sees E10's organisation proves them all the same. */
function secretFindings(tenant: Tenant, { integration: { fields } }: Picture): Finding[] {
  if (tenant.qiyuesuo.deployment === 'public') return [];
  const hidden = (['encryptionKey', 'appSecret'] as const).filter((field) => fields[field] === undefined);
  return hidden.map((field) => ({
    code: 'SECRET-UNREADABLE',
    severity: 'info',
    message: `the console does not show a fingerprint of ${field}, so it could not be compared`,
    subject: `integration.${field}`,
  }));
}

/** 单点登录 takes a person's browser to prove; the settings are read back, and that is all that can be known from outside. */
function unprovedSignOn(): Finding {
  const message = 'single sign-on of the public cloud cannot be proved from outside: let one person sign in once';
  return { code: 'E10-UNPROVED', severity: 'info', message, subject: 'integration.singleSignOn' };
}

async function routeFindings(tenant: Tenant, systems: Systems): Promise<Finding[]> {
  const url = under(tenant.e10.address, GLOBAL_CALLBACK_PATH);
  const verdict = await systems.routes().probeRoute(url);
  if (verdict.route === 'exists') return [];
  return [{ code: 'CALLBACK-ROUTE-MISSING', severity: 'warning', message: `answers ${verdict.status}`, subject: url }];
}

/** That the tree shows proves from Qiyuesuo's own side that address, corpId, key and secret are right. */
async function treeFindings(driver: ConsoleDriver): Promise<Finding[]> {
  const { units, reason } = await driver.readOrganisation();
  if (units.length > 0) return [];
  const what = says({
    en: `Qiyuesuo sees no organisation of E10${reason === undefined ? '' : `: ${reason}`}`,
    zh: `契约锁看不到 E10 的组织${reason === undefined ? '' : `：${reason}`}`,
  });
  return [{ code: 'PEOPLE-TREE-EMPTY', severity: 'blocking', ...what, subject: 'people-sync' }];
}

async function countFindings(driver: ConsoleDriver, people: WantedPeopleSync): Promise<Finding[]> {
  const { active } = await driver.countPeople();
  if (people.source === null || active === people.source) return [];
  const what = says({
    en: `Qiyuesuo has ${active} active people, E10 shows ${people.source} within the scope`,
    zh: `契约锁在用 ${active} 人，E10 范围内有 ${people.source} 人`,
  });
  return [{ code: 'PEOPLE-COUNT-DIFFERS', severity: 'warning', ...what, subject: 'people' }];
}
