import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HIDDEN, toldNow, toldSecret } from '../../src/domain/old-secrets.js';
import { ownedIntegration } from '../../src/domain/owned.js';
import { formChanges } from '../../src/domain/planning.js';
import type { Integration, IntegrationFields } from '../../src/domain/settings.js';
import { secretFindings } from '../../src/domain/snapshot-findings.js';
import type { SecretField, Tenant } from '../../src/domain/tenant.js';
import { proveUndo, sortUndo } from '../../src/domain/undo.js';

const OURS = { singleSignOn: true, oaAddress: 'https://e10.example', encryptionKey: 'aaaaaaaa', appSecret: 'bbbbbbbb' };
const OLD = { singleSignOn: true, oaAddress: 'https://e9.example' };
const BLANK = { singleSignOn: false };

describe('what a form tells of a secret', () => {
  it.each([
    ['its fingerprint', { ...OLD, appSecret: '12345678' }, '12345678'],
    ['that there is none', { ...OLD, appSecret: null }, null],
    ['that there is none, by the fingerprint of nothing', { ...OLD, appSecret: 'e3b0c442' }, null],
    ['nothing, where it is filled and shows none', OLD, HIDDEN],
    ['nothing, where the other one shows', { ...OLD, encryptionKey: '12345678' }, null],
    ['that there is none, where nobody ever filled it in', BLANK, null],
    ['the same where a choice is preset', { singleSignOn: true, syncSource: 'https' } as const, null],
  ])('%s', (_what, form: IntegrationFields, told) => {
    expect(toldSecret(form, 'appSecret')).toBe(told);
  });

  it('is nothing for a form that may be ours by now, however empty', () => {
    expect(toldNow(BLANK, 'appSecret')).toBe(HIDDEN);
  });
});

describe('the finding before a secret is overwritten', () => {
  const findings = (
    form: IntegrationFields,
    { previous = {}, accept = [] }: { previous?: object; accept?: SecretField[] } = {},
  ) => {
    const seen: Integration = { deployment: 'private', oaVersion: 'E10', fields: form, etag: '' };
    const tenant = { acceptUnrestorable: accept } as unknown as Tenant;
    return secretFindings(tenant, formChanges(seen, OURS), previous).map(({ severity, subject, message }) => [
      severity,
      subject,
      message.includes('does not show'),
    ]);
  };

  it('warns where the console does not show it and nobody has it', () => {
    expect(findings(OLD)).toEqual([
      ['warning', 'qiyuesuo.previous.encryptionKey', true],
      ['warning', 'qiyuesuo.previous.appSecret', true],
    ]);
  });

  it('is only said where that is accepted, and does not come where there is a reference', () => {
    expect(findings(OLD, { previous: { encryptionKey: '11111111' }, accept: ['appSecret'] })).toEqual([
      ['info', 'qiyuesuo.previous.appSecret', true],
    ]);
  });

  it.each([
    ['the form was never filled in', BLANK],
    ['both are shown to be empty', { ...OLD, encryptionKey: null, appSecret: 'e3b0c442' }],
    ['nothing is to be written', { ...OURS }],
  ])('does not come where %s', (_why, form: IntegrationFields) => {
    expect(findings(form)).toEqual([]);
  });

  it('still compares what is shown with its reference', () => {
    const form = { ...OLD, encryptionKey: '11111111', appSecret: '22222222' };
    expect(findings(form, { previous: { encryptionKey: '11111111', appSecret: '33333333' } })).toEqual([
      ['blocking', 'qiyuesuo.previous.appSecret', false],
    ]);
  });
});

describe('the undo of a form whose secrets are hidden', () => {
  const hidden = ({ encryptionKey: _, appSecret: __, ...form }: IntegrationFields) => form;
  const SECRETS = ['integration.encryptionKey', 'integration.appSecret'];
  const restored = (before: IntegrationFields, found: IntegrationFields, leave: string[] = []) =>
    sortUndo(ownedIntegration(before, OURS, found), leave).restore.map(({ field }) => field);

  it('puts them back while another field still has our value', () => {
    expect(restored(OLD, hidden(OURS))).toEqual(['integration.oaAddress', ...SECRETS]);
    expect(restored(BLANK, hidden(OURS))).toEqual(expect.arrayContaining(SECRETS));
  });

  it('does nothing where the form was not saved, or is back', () => {
    expect(restored(OLD, OLD)).toEqual([]);
    expect(restored(BLANK, BLANK)).toEqual([]);
  });

  it('does not touch the secrets of a form that somebody else filled in since', () => {
    expect(restored(OLD, { singleSignOn: true, oaAddress: 'https://theirs.example' })).toEqual([]);
  });

  it('counts what is hidden neither as equal nor as left', () => {
    const secret = fc.constantFrom(undefined, null, '11111111', 'aaaaaaaa');
    const form = fc
      .record({ encryptionKey: secret, appSecret: secret })
      .map((secrets) => JSON.parse(JSON.stringify({ ...OLD, ...secrets })) as IntegrationFields);
    fc.assert(
      fc.property(form, form, (before, found) => {
        const proof = proveUndo(ownedIntegration(before, OURS, found));
        const other = { encryptionKey: 'appSecret', appSecret: 'encryptionKey' } as const;
        const hides = (one: IntegrationFields, field: SecretField) => one[field] === undefined && !one[other[field]];
        const unread = (['encryptionKey', 'appSecret'] as const).filter(
          (field) => hides(before, field) || hides(found, field),
        );
        expect(proof.unreadable).toEqual(unread.map((field) => `integration.${field}`));
        expect(proof.total).toBe(9 - unread.length);
        expect(proof.equal + proof.left.length + proof.foreign.length).toBe(proof.total);
        for (const { field } of [...proof.left, ...proof.foreign]) expect(proof.unreadable).not.toContain(field);
      }),
    );
  });

  it('does not speak of secrets that were never ours to write', () => {
    expect(proveUndo(ownedIntegration(OLD, OLD, OLD)).unreadable).toEqual([]);
  });
});
